import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KeyRecord, openKeyRing, TokensFault, verifyAccessToken } from '../src/index.ts';
import { algorithms, expectAccess, issued, keyOf, masterKey, now } from './fixtures.ts';

const hour = 3_600_000;

test('the JWKS shows public members only, each key with its one algorithm', async () => {
  for (const algorithm of algorithms) {
    const ring = openKeyRing([await keyOf(algorithm)], masterKey);
    const [jwk] = ring.jwks(now).keys;
    const members = { RS256: ['e', 'n'], PS256: ['e', 'n'], ES256: ['crv', 'x', 'y'], EdDSA: ['crv', 'x'] };
    assert.deepEqual(
      Object.keys(jwk ?? {}).sort(),
      ['alg', 'kid', 'kty', 'use', ...members[algorithm]].sort(),
    );
    assert.equal(jwk?.alg, algorithm);
    assert.equal(jwk?.use, 'sig');
  }
});

test('refresh keys never appear in the JWKS', async () => {
  const ring = openKeyRing([await keyOf('HS256'), await keyOf('EdDSA')], masterKey);
  assert.deepEqual(
    ring.jwks(now).keys.map((jwk) => jwk.alg),
    ['EdDSA'],
  );
});

test('the JWKS holds a key from its publication to its removal, whether it signs or not', async () => {
  const record: KeyRecord = {
    ...(await keyOf('EdDSA')),
    publishedAt: now,
    signsFromAt: now + hour,
    signsUntilAt: now + 2 * hour,
    removeAfterAt: now + 3 * hour,
  };
  const ring = openKeyRing([record], masterKey);
  const shown = [-1, 0, hour, 2 * hour, 3 * hour - 1, 3 * hour].map((at) => ring.jwks(now + at).keys.length);
  assert.deepEqual(shown, [0, 1, 1, 1, 1, 0]);
});

test('a caller that changes the published JWKS changes nobody else’s', async () => {
  const ring = openKeyRing([await keyOf('EdDSA')], masterKey);
  ring.jwks(now).keys.pop();
  Object.assign(ring.jwks(now).keys[0] ?? {}, { kid: 'x' });
  assert.notEqual(ring.jwks(now).keys[0]?.kid, 'x');
});

test('the newest key that may sign does sign; one still to come or already over does not', async () => {
  const [first, second, third] = [await keyOf('EdDSA'), await keyOf('EdDSA'), await keyOf('EdDSA')];
  const ring = openKeyRing(
    [
      { ...third, signsFromAt: now + 2 * hour },
      { ...first, signsFromAt: now, signsUntilAt: now + hour },
      { ...second, signsFromAt: now + hour, signsUntilAt: now + 3 * hour },
    ],
    masterKey,
  );
  const signers = [0, hour - 1, hour, 2 * hour - 1, 2 * hour, 9 * hour].map(
    (at) => ring.signing('access', now + at).kid,
  );
  assert.deepEqual(signers, [first.kid, first.kid, second.kid, second.kid, third.kid, third.kid]);
});

test('without a key that may sign, signing is a fault and never silent', async () => {
  const record = await keyOf('EdDSA');
  const ring = openKeyRing([record, { ...(await keyOf('HS256')), signsUntilAt: now }], masterKey);
  assert.throws(() => ring.signing('access', now - 1), TokensFault);
  assert.throws(() => ring.signing('refresh', now), TokensFault);
  assert.throws(() => openKeyRing([], masterKey).signing('access', now), TokensFault);
});

test('a token signed before the rotation verifies after it, without its key signing any more', async () => {
  const [first, second] = [await keyOf('RS256'), await keyOf('ES256')];
  const token = await issued(openKeyRing([first], masterKey));
  const rotated = openKeyRing(
    [
      { ...first, signsUntilAt: now + 1000, removeAfterAt: now + hour },
      { ...second, signsFromAt: now + 1000 },
    ],
    masterKey,
  );
  const expect = { ...expectAccess, now: now + 2000 };
  assert.equal(rotated.signing('access', expect.now).algorithm, 'ES256');
  assert.equal(verifyAccessToken(rotated, token, expect).ok, true);
});
