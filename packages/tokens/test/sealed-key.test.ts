import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  generateKey,
  type KeyRecord,
  masterKeyOf,
  openKeyRing,
  seal,
  TokensFault,
  unseal,
} from '../src/index.ts';
import { algorithms, keyOf, masterKey, now, random } from './fixtures.ts';

const text = Buffer.from('the plaintext');
const context = 'totp-secret user-1';

test('what was sealed opens again under the same master key and context', () => {
  assert.deepEqual(unseal(masterKey, seal(masterKey, text, context, random), context), text);
});

test('any bytes in any context survive sealing, and no two seals are alike', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plaintext, where) => {
      const sealed = seal(masterKey, plaintext, where, random);
      assert.deepEqual(Uint8Array.from(unseal(masterKey, sealed, where)), plaintext);
      assert.notDeepEqual(seal(masterKey, plaintext, where, random), sealed);
    }),
  );
});

test('a sealed value with any one bit flipped does not open: version, nonce, body and tag', () => {
  const sealed = seal(masterKey, text, context, random);
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Uint8Array.from(sealed);
    changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
    assert.throws(() => unseal(masterKey, changed, context), TokensFault, `bit ${bit}`);
  }
});

test('a sealed value that was cut short or extended does not open', () => {
  const sealed = seal(masterKey, text, context, random);
  for (let length = 0; length < sealed.length; length++) {
    assert.throws(() => unseal(masterKey, sealed.subarray(0, length), context), TokensFault);
  }
  assert.throws(() => unseal(masterKey, Buffer.concat([sealed, Uint8Array.of(0)]), context), TokensFault);
});

test('a sealed value does not open in another context or under another master key', () => {
  const sealed = seal(masterKey, text, context, random);
  assert.throws(() => unseal(masterKey, sealed, 'totp-secret user-2'), TokensFault);
  assert.throws(() => unseal(masterKeyOf(random.bytes(32)), sealed, context), TokensFault);
});

test('a master key has 32 bytes and nothing else', () => {
  for (const size of [0, 16, 31, 33, 64]) assert.throws(() => masterKeyOf(random.bytes(size)), TokensFault);
});

test('a random source that gives too few bytes is caught before a nonce could repeat', () => {
  assert.throws(() => seal(masterKey, text, context, { bytes: () => new Uint8Array(4) }), TokensFault);
});

test('a key record edited in the database does not open: name, use, algorithm or bytes swapped', async () => {
  const [one, other] = [await keyOf('RS256'), await keyOf('RS256')];
  const refresh = await keyOf('HS256');
  assert.ok(openKeyRing([one, other, refresh], masterKey).find(one.kid));
  const edits: KeyRecord[] = [
    { ...one, kid: 'another-name' },
    { ...one, algorithm: 'PS256' },
    { ...one, sealed: other.sealed },
    { ...refresh, use: 'access' },
    { ...refresh, use: 'access', algorithm: 'RS256' },
    { ...one, use: 'refresh', algorithm: 'HS256' },
  ];
  for (const edited of edits) assert.throws(() => openKeyRing([edited], masterKey), TokensFault);
});

test('a sealed record shows nothing of the key: no private member, no public one', async () => {
  const record = await keyOf('HS256');
  const secret = openKeyRing([record], masterKey).find(record.kid)?.key.export();
  assert.equal(secret?.length, 32);
  assert.equal(Buffer.from(record.sealed).includes(secret), false);
});

test('two records of one name do not make a ring', async () => {
  const record = await keyOf('EdDSA');
  assert.throws(() => openKeyRing([record, record], masterKey), TokensFault);
});

test('a short RSA key is neither generated nor opened', async () => {
  const spec = { use: 'access', algorithm: 'RS256', publishedAt: now, signsFromAt: now } as const;
  for (const rsaBits of [1024, 2047, 16_384]) {
    await assert.rejects(generateKey({ ...spec, rsaBits }, masterKey, random), TokensFault);
  }
  const { generateKeyPairSync } = await import('node:crypto');
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey.export({
    type: 'pkcs8',
    format: 'der',
  });
  const honest = await keyOf('RS256');
  const sealed = seal(masterKey, short, `argus-key ${honest.kid} access RS256`, random);
  assert.throws(() => openKeyRing([{ ...honest, sealed }], masterKey), TokensFault);
});

test('an RSA key has 2048 bits unless more are asked for', async () => {
  const spec = { use: 'access', algorithm: 'PS256', publishedAt: now, signsFromAt: now } as const;
  const records = [
    await generateKey(spec, masterKey, random),
    await generateKey({ ...spec, rsaBits: 3072 }, masterKey, random),
  ];
  const ring = openKeyRing(records, masterKey);
  const bits = records.map((record) => ring.find(record.kid)?.key.asymmetricKeyDetails?.modulusLength);
  assert.deepEqual(bits, [2048, 3072]);
});

test('an access key is never symmetric and a refresh key always is', async () => {
  const times = { publishedAt: now, signsFromAt: now };
  await assert.rejects(
    generateKey({ use: 'access', algorithm: 'HS256', ...times }, masterKey, random),
    TokensFault,
  );
  for (const algorithm of algorithms) {
    await assert.rejects(
      generateKey({ use: 'refresh', algorithm, ...times }, masterKey, random),
      TokensFault,
    );
  }
});
