import assert from 'node:assert/strict';
import { test } from 'node:test';
import { calculateJwkThumbprint, createLocalJWKSet, importJWK, jwtVerify, SignJWT } from 'jose';
import { issueRefreshToken, thumbprint, verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
import {
  accessClaims,
  algorithms,
  expectAccess,
  headerOf,
  issued,
  issuer,
  now,
  refreshClaims,
  ringOf,
  secretOf,
} from './fixtures.ts';

for (const algorithm of algorithms) {
  test(`jose accepts our ${algorithm} access tokens through our JWKS`, async () => {
    const ring = await ringOf(algorithm);
    const token = await issued(ring);
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(ring.jwks(now)), {
      issuer,
      audience: expectAccess.audience,
      typ: 'at+jwt',
      algorithms: [algorithm],
      currentDate: new Date(now),
    });
    assert.deepEqual(payload, accessClaims);
    assert.deepEqual(protectedHeader, headerOf(ring.signing('access', now)));
  });

  test(`we accept ${algorithm} tokens signed by jose with the same key`, async () => {
    const ring = await ringOf(algorithm);
    const key = ring.signing('access', now);
    const signer = await importJWK(secretOf(key).export({ format: 'jwk' }), algorithm);
    const token = await new SignJWT({ ...accessClaims, aud: expectAccess.audience })
      .setProtectedHeader(headerOf(key))
      .sign(signer);
    assert.deepEqual(verifyAccessToken(ring, token, expectAccess), { ok: true, claims: accessClaims });
  });

  test(`jose computes the same thumbprint for a published ${algorithm} key`, async () => {
    const [jwk] = (await ringOf(algorithm)).jwks(now).keys;
    assert.ok(jwk);
    assert.equal(thumbprint({ ...jwk }), await calculateJwkThumbprint({ ...jwk }));
  });
}

test('jose and we agree on HS256 refresh tokens in both directions, to the byte', async () => {
  const ring = await ringOf('HS256');
  const key = ring.signing('refresh', now);
  const ours = issueRefreshToken(ring, refreshClaims, now);
  const secret = secretOf(key).export();
  const { payload } = await jwtVerify(ours, secret, { typ: 'rt+jwt', currentDate: new Date(now) });
  assert.deepEqual(payload, refreshClaims);
  const theirs = await new SignJWT({ ...refreshClaims }).setProtectedHeader(headerOf(key)).sign(secret);
  assert.equal(theirs, ours);
  assert.equal(verifyRefreshToken(ring, theirs, { issuer, now }).ok, true);
});

test('two hundred ES256 signatures, leading zeros included, convert so that jose accepts each', async () => {
  const ring = await ringOf('ES256');
  const keys = createLocalJWKSet(ring.jwks(now));
  for (let round = 0; round < 200; round++) {
    const token = await issued(ring, { ...accessClaims, jti: `round-${round}` });
    await jwtVerify(token, keys, { currentDate: new Date(now) });
    assert.equal(verifyAccessToken(ring, token, expectAccess).ok, true);
  }
});
