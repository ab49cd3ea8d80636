import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, KeyObject, sign } from 'node:crypto';
import { after, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import {
  generateKey,
  issueAccessToken,
  issueIdToken,
  issueRefreshToken,
  type KeyRecord,
  type KeySafe,
  type KeySpec,
  type KeyVault,
  openKeyRing,
  planRotation,
  TokensFault,
  verifyAccessToken,
} from '../src/index.ts';
import {
  accessClaims,
  algorithms,
  expectAccess,
  idClaims,
  masterKey,
  now,
  random,
  refreshClaims,
} from './fixtures.ts';
import { vaultElsewhere } from './signing-elsewhere.ts';

const elsewhere = vaultElsewhere();
after(() => elsewhere[Symbol.asyncDispose]());
const safe: KeySafe = { ...masterKey, vault: elsewhere.vault };
const schedule = {
  accessAlgorithms: algorithms,
  rotateEverySeconds: 86_400,
  jwksCacheSeconds: 600,
  longestTokenSeconds: { access: 300, refresh: 3600 },
};
const specOf = (algorithm: KeySpec['algorithm']): KeySpec => ({
  use: 'access',
  algorithm,
  publishedAt: now,
  signsFromAt: now,
});

async function firstKeys(): Promise<KeyRecord[]> {
  const { create } = planRotation([], schedule, now);
  return Promise.all(create.map((spec) => generateKey(spec, safe, random)));
}

const records = await firstKeys();
const ring = openKeyRing(records, safe);

for (const algorithm of algorithms) {
  test(`an ${algorithm} key that never enters this process signs tokens that we and jose accept`, async () => {
    const token = await issueAccessToken(ring, accessClaims, now, algorithm);
    assert.deepEqual(verifyAccessToken(ring, token, expectAccess), { ok: true, claims: accessClaims });
    const keys = createLocalJWKSet(ring.jwks(now));
    const options = { currentDate: new Date(now), algorithms: [algorithm] };
    assert.deepEqual((await jwtVerify(token, keys, options)).payload, accessClaims);
    const idToken = await issueIdToken(ring, idClaims, now, algorithm);
    assert.deepEqual((await jwtVerify(idToken, keys, options)).payload, idClaims);
  });
}

test('no private key can be reached from a ring, nor from what is stored', () => {
  assert.deepEqual(privateKeysIn(ring), []);
  for (const { sealed, use } of records) {
    if (use === 'refresh') continue;
    // What this vault stores is a public key whole: SubjectPublicKeyInfo, and no byte more.
    const key = createPublicKey({ key: Buffer.from(sealed), format: 'der', type: 'spki' });
    assert.deepEqual(key.export({ format: 'der', type: 'spki' }), Buffer.from(sealed));
  }
});

test('neither does a ring of sealed keys hand out what it signs with', async () => {
  const sealed = await generateKey(specOf('ES256'), masterKey, random);
  const own = openKeyRing([sealed], masterKey);
  assert.deepEqual(privateKeysIn(own), []);
  assert.deepEqual(privateKeysIn(own.signing('access', now)), []);
});

test('refresh keys stay here, since every check needs them', () => {
  assert.deepEqual([...elsewhere.made].sort(), [...algorithms].sort());
  assert.equal(issueRefreshToken(ring, refreshClaims, now).split('.').length, 3);
});

test('a vault that fails gives an error and never a token', async () => {
  const broken = openKeyRing(records, { ...masterKey, vault: failing(elsewhere.vault) });
  await assert.rejects(issueAccessToken(broken, accessClaims, now), /the device is gone/);
});

test('a vault whose keys would not work is found out before they are published', async () => {
  const p256 = { namedCurve: 'P-256' };
  const raw = { dsaEncoding: 'ieee-p1363' } as const;
  const wrong: readonly { algorithm: 'ES256' | 'RS256'; vault: KeyVault }[] = [
    { algorithm: 'ES256', vault: homemade(generateKeyPairSync('ec', p256), {}) },
    { algorithm: 'ES256', vault: homemade(generateKeyPairSync('ec', { namedCurve: 'P-384' }), raw) },
    { algorithm: 'ES256', vault: homemade(generateKeyPairSync('rsa', { modulusLength: 2048 }), {}) },
    { algorithm: 'RS256', vault: homemade(generateKeyPairSync('rsa', { modulusLength: 1024 }), {}) },
    { algorithm: 'ES256', vault: homemade(generateKeyPairSync('ec', p256), raw, () => Buffer.from('else')) },
  ];
  for (const { algorithm, vault } of wrong) {
    await assert.rejects(generateKey(specOf(algorithm), { ...masterKey, vault }, random), TokensFault);
  }
  const right = homemade(generateKeyPairSync('ec', p256), raw);
  assert.ok(await generateKey(specOf('ES256'), { ...masterKey, vault: right }, random));
});

function homemade(
  { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject },
  how: { dsaEncoding?: 'ieee-p1363' },
  what = (input: Buffer) => input,
): KeyVault {
  return {
    create: async () => Uint8Array.of(1),
    open: () => ({ publicKey, sign: (input) => sign('sha256', what(input), { key: privateKey, ...how }) }),
  };
}

function failing(vault: KeyVault): KeyVault {
  return {
    ...vault,
    open: (record) => ({
      ...vault.open(record),
      sign: () => Promise.reject(new Error('the device is gone')),
    }),
  };
}

/** Every private key that some path of properties leads to. */
function privateKeysIn(root: unknown, seen = new Set<unknown>()): KeyObject[] {
  if ((typeof root !== 'object' && typeof root !== 'function') || root === null || seen.has(root)) return [];
  seen.add(root);
  if (root instanceof KeyObject) return root.type === 'private' ? [root] : [];
  const members =
    root instanceof Map ? [...root.values()] : Reflect.ownKeys(root).map((name) => Reflect.get(root, name));
  const answered = isRing(root) ? algorithms.map((name) => trySigning(root, name)) : [];
  return [...members, ...answered].flatMap((member) => privateKeysIn(member, seen));
}

type Ring = ReturnType<typeof openKeyRing>;

function isRing(value: object): value is Ring {
  return 'signing' in value && typeof value.signing === 'function';
}

function trySigning(keys: Ring, algorithm: (typeof algorithms)[number]): unknown {
  try {
    return keys.signing('access', now, algorithm);
  } catch {
    return undefined;
  }
}
