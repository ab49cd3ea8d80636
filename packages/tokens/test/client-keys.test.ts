import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { importClientKeys } from '../src/index.ts';
import { holderOf } from './dpop-fixtures.ts';

const ec = holderOf('ES256');
const ed = holderOf('EdDSA');
const rsa = holderOf('RS256');

function imported(...keys: readonly unknown[]) {
  return importClientKeys({ keys });
}

function rejectionOf(...keys: readonly unknown[]): string {
  const result = imported(...keys);
  return result.ok ? 'taken' : result.rejection;
}

/** Which algorithms a set has keys for, by the name asked for. */
function offered(keys: readonly unknown[], kid?: string): string[] {
  const result = imported(...keys);
  assert.ok(result.ok);
  const all = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const;
  return all.filter((algorithm) => result.keys.candidates(algorithm, kid).length > 0);
}

test('without alg the kind of key says what it may sign: RSA either way, the others one', () => {
  assert.deepEqual(offered([rsa.jwk]), ['RS256', 'PS256']);
  assert.deepEqual(offered([ec.jwk]), ['ES256']);
  assert.deepEqual(offered([ed.jwk]), ['EdDSA']);
  assert.deepEqual(offered([{ ...rsa.jwk, alg: 'PS256' }]), ['PS256']);
});

test('a set that holds anything secret is refused whole', () => {
  for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) {
    assert.equal(rejectionOf(ec.jwk, { ...rsa.jwk, [name]: 'AAAA' }), 'secret', name);
  }
  assert.equal(rejectionOf(ec.jwk, { kty: 'oct', k: 'AAAA' }), 'secret');
  assert.equal(rejectionOf(ec.privateKey.export({ format: 'jwk' })), 'secret');
});

test('keys that are not ours to use are passed over as long as one is', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const p384 = publicKey.export({ format: 'jwk' });
  const others = [p384, { ...rsa.jwk, use: 'enc' }, { ...rsa.jwk, alg: 'RSA-OAEP' }, null, 'key'];
  assert.deepEqual(offered([...others, ed.jwk]), ['EdDSA']);
  assert.equal(rejectionOf(p384), 'unsupported-algorithm');
  assert.equal(rejectionOf({ ...rsa.jwk, use: 'enc' }), 'not-for-signatures');
});

test('a short RSA key or a point off its curve is not used', () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  assert.equal(rejectionOf(publicKey.export({ format: 'jwk' })), 'unfit-key');
  assert.equal(rejectionOf({ ...ec.jwk, y: ec.jwk.x }), 'unfit-key');
});

test('of keys that share a name none is used, whatever their kinds', () => {
  assert.deepEqual(
    offered([
      { ...ec.jwk, kid: 'a' },
      { ...rsa.jwk, kid: 'a' },
      { ...ed.jwk, kid: 'b' },
    ]),
    ['EdDSA'],
  );
  assert.equal(rejectionOf({ ...ec.jwk, kid: 'a' }, { ...rsa.jwk, kid: 'a' }), 'repeated-kid');
});

test('a name asked for is the only one answered', () => {
  const keys = [{ ...ec.jwk, kid: 'a' }, { ...ed.jwk, kid: 'b' }, rsa.jwk];
  assert.deepEqual(offered(keys, 'a'), ['ES256']);
  assert.deepEqual(offered(keys, 'c'), []);
  assert.deepEqual(offered(keys), ['RS256', 'PS256', 'ES256', 'EdDSA']);
});

test('anything but a set of one to twenty keys is refused', () => {
  for (const document of [undefined, null, 'x', [], {}, { keys: {} }, { keys: 'x' }]) {
    assert.deepEqual(importClientKeys(document), { ok: false, rejection: 'malformed' });
  }
  assert.equal(rejectionOf(), 'no-usable-key');
  assert.equal(
    rejectionOf(...Array.from({ length: 21 }, (_, index) => ({ ...ec.jwk, kid: `${index}` }))),
    'malformed',
  );
});
