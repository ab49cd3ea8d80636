import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { hashClaim, type IdClaims, issueIdToken, TokensFault, verifyIdTokenHint } from '../src/index.ts';
import {
  algorithms,
  forge,
  headerOf,
  idClaims,
  issuer,
  now,
  readVectors,
  ringOf,
  vectorsAbsent,
} from './fixtures.ts';

const ring = await ringOf(...algorithms);
const key = ring.signing('access', now, 'EdDSA');
const header = { ...headerOf(key), typ: 'JWT' };
const full: IdClaims = {
  ...idClaims,
  at_hash: hashClaim('RS256', 'the access token'),
  name: 'Zoë',
  email: 'zoe@example.org',
  email_verified: true,
};

function verdict(claims: object, at = now): string {
  const verified = verifyIdTokenHint(ring, forge(key, header, { ...claims }), { issuer, now: at });
  return verified.ok ? 'accepted' : verified.rejection;
}

for (const algorithm of algorithms) {
  test(`jose reads our ${algorithm} ID tokens through our JWKS, every claim in place`, async () => {
    for (const claims of [full, idClaims]) {
      const token = await issueIdToken(ring, claims, now, algorithm);
      const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(ring.jwks(now)), {
        issuer,
        audience: 'notes',
        typ: 'JWT',
        algorithms: [algorithm],
        currentDate: new Date(now),
      });
      assert.deepEqual(payload, claims);
      assert.equal(protectedHeader.kid, ring.signing('access', now, algorithm).kid);
      assert.deepEqual(verifyIdTokenHint(ring, token, { issuer, now }), { ok: true, claims });
    }
  });
}

test('an expired ID token is no proof but still a hint: its claims are told', () => {
  const verified = verifyIdTokenHint(ring, forge(key, header, { ...full }), {
    issuer,
    now: full.exp * 1000,
  });
  assert.deepEqual(verified, { ok: false, rejection: 'expired', claims: full });
});

test('a hint that was changed, signed by strangers or issued by another is told by no claim of trust', async () => {
  const token = forge(key, header, { ...full });
  const stranger = (await ringOf('EdDSA')).signing('access', now);
  const forged = forge(stranger, header, { ...full });
  const changed = `${token.slice(0, 40)}x${token.slice(41)}`;
  for (const text of [forged, changed, '', 'x', `${token}x`]) {
    const verified = verifyIdTokenHint(ring, text, { issuer, now });
    assert.equal(verified.ok || 'claims' in verified, false, text);
  }
  assert.equal(verdict({ ...full, iss: 'https://other.example' }), 'wrong-issuer');
});

for (const name of ['iss', 'sub', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'amr', 'sid']) {
  test(`an ID token without ${name}, or with it of another kind, is refused and never issued`, async () => {
    for (const value of [undefined, null, {}, '']) {
      assert.equal(verdict({ ...full, [name]: value }), 'bad-claims', JSON.stringify(value));
      const claims = Object.assign({}, full, { [name]: value });
      await assert.rejects(issueIdToken(ring, claims, now, 'EdDSA'), TokensFault);
    }
  });
}

test('an optional claim of the wrong kind is refused', () => {
  const wrong = [
    { nonce: '' },
    { nonce: 7 },
    { at_hash: 7 },
    { name: 7 },
    { email: '' },
    { email_verified: 'true' },
  ];
  for (const change of [...wrong, { name: '\ud800' }]) {
    assert.equal(verdict({ ...full, ...change }), 'bad-claims', JSON.stringify(change));
  }
});

test('an ID token is for one client: a list of audiences is refused', () => {
  assert.equal(verdict({ ...full, aud: ['notes'] }), 'bad-claims');
});

test('times that contradict each other are refused', () => {
  assert.equal(verdict({ ...full, exp: full.iat }), 'bad-claims');
  assert.equal(verdict({ ...full, auth_time: full.iat + 1 }), 'bad-claims');
  assert.equal(verdict(full, now - 1), 'not-yet-valid');
});

test('members that are no claims of ours are never signed', async () => {
  const crowded = Object.assign({ password: 'hunter2' }, full);
  const token = await issueIdToken(ring, crowded, now, 'ES256');
  assert.deepEqual(verifyIdTokenHint(ring, token, { issuer, now }), { ok: true, claims: full });
});

interface HashVector {
  claim: string;
  alg: 'RS256';
  value: string;
  expect: string;
}

test('at_hash and c_hash of OIDC Core A.3 and A.4 are reproduced', { skip: vectorsAbsent }, () => {
  const vectors = readVectors<HashVector[]>('oidc/hash-claims.json');
  assert.deepEqual(
    vectors.map(({ claim }) => claim),
    ['at_hash', 'c_hash'],
  );
  for (const { alg, value, expect } of vectors) assert.equal(hashClaim(alg, value), expect);
});

test('the hash is that of the signature: half of SHA-256, or of SHA-512 for Ed25519', () => {
  const half = (hash: string, bytes: number) =>
    createHash(hash).update('token').digest().subarray(0, bytes).toString('base64url');
  for (const algorithm of ['RS256', 'PS256', 'ES256'] as const) {
    assert.equal(hashClaim(algorithm, 'token'), half('sha256', 16));
  }
  assert.equal(hashClaim('EdDSA', 'token'), half('sha512', 32));
});
