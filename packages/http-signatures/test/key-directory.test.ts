import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';
import {
  keyDirectoryOf,
  parseKeyDirectory,
  signatureAlgorithms,
  signatureKeyOf,
  thumbprint,
} from '../src/index.ts';
import { clientKey, publicHalf, rfcEd25519, rfcP256, rfcSecret, serverKey } from './fixtures.ts';
import { halves } from './foreign-keys.ts';

const shown = publicHalf(rfcEd25519);
const directory = (...keys: readonly unknown[]) => parseKeyDirectory(JSON.stringify({ keys }));
const outcome = (...keys: readonly unknown[]) => {
  const read = directory(...keys);
  return read.ok ? read.keys.map(({ keyid, algorithm }) => [keyid, algorithm]) : read.rejection;
};

describe('a key directory', () => {
  test('shows public halves with name, algorithm and use', () => {
    assert.deepEqual(keyDirectoryOf([clientKey, serverKey]), {
      keys: [
        { kty: 'OKP', kid: 'client', alg: 'EdDSA', use: 'sig', crv: 'Ed25519', x: rfcEd25519.x },
        { kty: 'EC', kid: 'server', alg: 'ES256', use: 'sig', crv: 'P-256', x: rfcP256.x, y: rfcP256.y },
      ],
    });
  });

  test('is read as it was written, for every algorithm of public keys', () => {
    const keys = signatureAlgorithms
      .filter((name) => name !== 'hmac-sha256')
      .map((name) => halves(name).verifying);
    const read = parseKeyDirectory(JSON.stringify(keyDirectoryOf(keys)));
    assert.ok(read.ok);
    assert.deepEqual(
      read.keys.map(({ keyid, algorithm, key }) => [keyid, algorithm, key.export({ format: 'jwk' })]),
      keys.map(({ keyid, algorithm, key }) => [keyid, algorithm, key.export({ format: 'jwk' })]),
    );
  });

  test('shows no shared secret and no name twice', () => {
    const secret = signatureKeyOf(rfcSecret, { algorithm: 'hmac-sha256', keyid: 'secret' });
    assert.throws(() => keyDirectoryOf([secret]), { name: 'SignaturesFault' });
    assert.throws(() => keyDirectoryOf([clientKey, clientKey]), { name: 'SignaturesFault' });
  });

  test('names a key by its thumbprint where it has no name', () => {
    assert.deepEqual(outcome(shown), [[thumbprint(shown), 'ed25519']]);
    assert.deepEqual(outcome({ ...shown, kid: 'a', alg: 'Ed25519' }), [['a', 'ed25519']]);
  });

  test('knows curves by themselves, RSA only by its algorithm', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    assert.deepEqual(
      outcome({ ...publicHalf(rfcP256), kid: 'a' }, { ...rsa, kid: 'b' }, { ...rsa, kid: 'c', alg: 'PS512' }),
      [
        ['a', 'ecdsa-p256-sha256'],
        ['c', 'rsa-pss-sha512'],
      ],
    );
  });

  test('passes over what signs nothing here', () => {
    const small = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ format: 'jwk' });
    const others = [
      { kty: 'AKP', alg: 'ML-DSA-65', pub: 'AA' },
      { kty: 'EC', crv: 'secp256k1', x: 'AA', y: 'AA' },
      { kty: 'OKP', crv: 'X25519', x: rfcEd25519.x },
      { ...shown, use: 'enc' },
      { ...shown, alg: 'ES256' },
      { ...shown, alg: 'none' },
      { ...shown, alg: 7 },
      { ...shown, kid: 7 },
      { ...shown, kid: '' },
      { ...shown, x: 'AA' },
      { ...publicHalf(rfcP256), x: rfcP256.y },
      { ...small, alg: 'PS512' },
      {},
    ];
    assert.deepEqual(outcome(...others, { ...shown, kid: 'last' }), [['last', 'ed25519']]);
  });

  test('that has given a private key away is refused whole', () => {
    assert.equal(outcome({ ...shown, kid: 'good' }, rfcEd25519), 'secret');
    assert.equal(outcome(rfcSecret), 'secret');
    assert.equal(outcome({ kty: 'oct' }), 'secret');
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
      assert.equal(outcome({ kty: 'unknown', [name]: 'x' }), 'secret', name);
    }
  });

  test('is bounded', () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => ({ ...shown, kid: `k${at}` }));
    assert.equal(outcome(...many(20)).length, 20);
    assert.equal(outcome(...many(21)), 'too-many-keys');
    assert.equal(outcome('x'.repeat(65_536)), 'too-long');
  });

  test('names no key twice', () => {
    assert.equal(outcome({ ...shown, kid: 'a' }, { ...publicHalf(rfcP256), kid: 'a' }), 'repeated-keyid');
  });

  test('is a JWKS', () => {
    for (const text of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"keys":{}}',
      '{"keys":[1]}',
      '{"keys":[null]}',
      '{"keys":[[]]}',
    ]) {
      const read = parseKeyDirectory(text);
      assert.equal(read.ok ? 'read' : read.rejection, 'malformed', text);
    }
    assert.deepEqual(outcome(), []);
  });
});
