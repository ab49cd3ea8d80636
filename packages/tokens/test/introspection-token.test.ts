import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { issueIntrospectionToken, TokensFault } from '../src/index.ts';
import { algorithms, issuer, now, nowSeconds, ringOf } from './fixtures.ts';

const claims = {
  iss: issuer,
  aud: 'https://notes.example/api',
  iat: nowSeconds,
  token_introspection: { active: true, sub: 'a person', scope: 'notes:read', exp: nowSeconds + 300 },
};

for (const algorithm of algorithms) {
  test(`jose reads a signed answer by ${algorithm}: its type, its claims, and none of the token's outside`, async () => {
    const ring = await ringOf(algorithm);
    const token = await issueIntrospectionToken(ring, claims, now, algorithm);
    const { payload } = await jwtVerify(token, createLocalJWKSet(ring.jwks(now)), {
      issuer,
      audience: claims.aud,
      typ: 'token-introspection+jwt',
      currentDate: new Date(now),
    });
    assert.deepEqual(payload, claims);
    assert.deepEqual(Object.keys(payload).sort(), ['aud', 'iat', 'iss', 'token_introspection']);
  });
}

test('nothing is signed that says not whether the token is active', async () => {
  const ring = await ringOf('ES256');
  for (const token_introspection of [{}, { active: 'true' }, { active: 1 }]) {
    await assert.rejects(
      issueIntrospectionToken(ring, { ...claims, token_introspection }, now, 'ES256'),
      TokensFault,
    );
  }
  await assert.rejects(issueIntrospectionToken(ring, { ...claims, aud: '' }, now, 'ES256'), TokensFault);
});

test('members beside the four are never signed', async () => {
  const ring = await ringOf('EdDSA');
  const crowded = Object.assign({ sub: 'a person', exp: nowSeconds + 300 }, claims);
  const token = await issueIntrospectionToken(ring, crowded, now, 'EdDSA');
  const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  assert.deepEqual(payload, claims);
});
