import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  importClientKeys,
  issueAccessToken,
  issueIdToken,
  issueIntrospectionToken,
  issueLogoutToken,
  issueRefreshToken,
  TokensFault,
  verifyAccessToken,
  verifyClientAssertion,
  verifyDpopProof,
  verifyIdTokenHint,
  verifyLogoutToken,
  verifyRefreshToken,
} from '../src/index.ts';
import { signToken, signTokenNow } from '../src/sign-token.ts';
import { holderOf, signedBy } from './dpop-fixtures.ts';
import {
  accessClaims,
  forge,
  headerOf,
  idClaims,
  issuer,
  now,
  nowSeconds,
  refreshClaims,
  ringOf,
} from './fixtures.ts';

const ring = await ringOf('ES256', 'HS256');
const key = ring.signing('access', now);
const client = holderOf('ES256');
const clientId = 'notes';
const url = `${issuer}/oauth/token`;
const event = 'http://schemas.openid.net/event/backchannel-logout';

// The worst case: one set holds the issuer's keys and the client's.
const imported = importClientKeys({ keys: [...ring.jwks(now).keys, { ...client.jwk, kid: 'c1' }] });
assert.ok(imported.ok);
const { keys } = imported;

const logoutClaims = {
  iss: issuer,
  aud: clientId,
  iat: nowSeconds,
  exp: nowSeconds + 120,
  jti: 'j',
  sub: accessClaims.sub,
  sid: accessClaims.sid,
};
const assertionClaims = { iss: clientId, sub: clientId, aud: issuer, jti: 'j', exp: nowSeconds + 60 };
const proofClaims = { jti: 'j', htm: 'POST', htu: url, iat: nowSeconds };
const introspected = { iss: issuer, aud: clientId, iat: nowSeconds, token_introspection: { active: true } };

/** Every kind of signed text that Argus makes or takes. */
const made: Readonly<Record<string, string>> = {
  'access token': await issueAccessToken(ring, { ...accessClaims, aud: [issuer, clientId] }, now, 'ES256'),
  'refresh token': issueRefreshToken(ring, refreshClaims, now),
  'ID token': await issueIdToken(ring, idClaims, now, 'ES256'),
  'logout token': await issueLogoutToken(ring, logoutClaims, now, 'ES256'),
  'introspection token': await issueIntrospectionToken(ring, introspected, now, 'ES256'),
  'DPoP proof': signedBy(client, { typ: 'dpop+jwt', alg: 'ES256', jwk: client.jwk }, proofClaims),
  'client assertion': signedBy(client, { alg: 'ES256', kid: 'c1' }, assertionClaims),
};

/** Each as forgiving as its callers can make it. */
const readers: Readonly<Record<string, (token: string) => { ok: boolean }>> = {
  'access token': (token) => verifyAccessToken(ring, token, { issuer, audience: [issuer, clientId], now }),
  'refresh token': (token) => verifyRefreshToken(ring, token, { issuer, now }),
  'ID token': (token) => verifyIdTokenHint(ring, token, { issuer, now }),
  'logout token': (token) => verifyLogoutToken(keys, token, { issuer, audience: clientId, now }),
  'DPoP proof': (token) => verifyDpopProof(token, { method: 'POST', url, now }),
  'client assertion': (token) =>
    verifyClientAssertion(token, { clientId, keys, issuer, endpoints: [url], isFapi: false, now }),
};

for (const [kind, token] of Object.entries(made)) {
  for (const [reader, read] of Object.entries(readers)) {
    const verb = kind === reader ? 'is' : 'is not';
    test(`a${/^[aI]/.test(kind) ? 'n' : ''} ${kind} ${verb} accepted as ${reader}`, () => {
      assert.equal(read(token).ok, kind === reader);
    });
  }
}

/** Claims that would satisfy every reader at once: what then keeps the kinds apart is the type alone. */
const everything = {
  ...refreshClaims,
  ...idClaims,
  ...accessClaims,
  ...proofClaims,
  ...logoutClaims,
  iss: issuer,
  sub: clientId,
  client_id: clientId,
  aud: issuer,
  exp: nowSeconds + 120,
  events: { [event]: {} },
  nonce: undefined,
};

const types = ['at+jwt', 'rt+jwt', 'JWT', 'logout+jwt', 'token-introspection+jwt', 'dpop+jwt', undefined];
const forgiving: Readonly<Record<string, readonly (string | undefined)[]>> = {
  'access token': ['at+jwt'],
  'refresh token': [],
  'ID token': ['JWT'],
  // OIDC Back-Channel Logout §2.4, RFC 7523 §3: providers and clients need not name a type.
  'logout token': ['logout+jwt', 'JWT', undefined],
  'DPoP proof': [],
};

for (const typ of types) {
  test(`claims that suit every reader, signed by an access key as ${typ ?? 'no type'}, suit only readers of that type`, () => {
    const token = forge(key, { ...headerOf(key), typ }, everything);
    for (const [reader, taken] of Object.entries(forgiving)) {
      const read = reader === 'logout token' ? readLogoutFor(issuer) : readers[reader];
      assert.equal(read?.(token).ok, taken.includes(typ), reader);
    }
  });

  test(`the same signed by the refresh key as ${typ ?? 'no type'} is a refresh token or nothing`, () => {
    const secret = ring.signing('refresh', now);
    const token = forge(secret, { ...headerOf(secret), typ }, everything);
    for (const [reader, read] of Object.entries(readers)) {
      assert.equal(read(token).ok, reader === 'refresh token' && typ === 'rt+jwt', reader);
    }
  });
}

function readLogoutFor(audience: string) {
  return (token: string) => verifyLogoutToken(keys, token, { issuer, audience, now });
}

test('an ID token without its nonce is no logout token, and a logout token no ID token, even untyped', () => {
  const { nonce: _nonce, ...plain } = idClaims;
  const untyped = { alg: 'ES256', kid: key.kid };
  assert.equal(readers['logout token']?.(forge(key, untyped, plain)).ok, false);
  assert.equal(readers['ID token']?.(forge(key, { ...untyped, typ: 'JWT' }, logoutClaims)).ok, false);
});

test('no key signs a kind of token that is not of its use', async () => {
  const secret = ring.signing('refresh', now);
  await assert.rejects(signToken(secret, 'access', accessClaims), TokensFault);
  await assert.rejects(signToken(key, 'refresh', refreshClaims), TokensFault);
  assert.throws(() => signTokenNow(key, 'refresh', refreshClaims), TokensFault);
  assert.throws(() => signTokenNow(secret, 'id', idClaims), TokensFault);
});
