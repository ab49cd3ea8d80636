import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';
import { importClientKeys, issueLogoutToken, TokensFault, verifyLogoutToken } from '../src/index.ts';
import { holderOf, signedBy } from './dpop-fixtures.ts';
import { algorithms, issuer, now, nowSeconds, ringOf } from './fixtures.ts';

const event = 'http://schemas.openid.net/event/backchannel-logout';
const issued = {
  iss: issuer,
  aud: 'notes',
  iat: nowSeconds,
  exp: nowSeconds + 120,
  jti: 'jti-of-the-logout',
  sub: 'a person',
  sid: 'a session',
};
const claims = { ...issued, events: { [event]: {} } };
const expect = { issuer, audience: 'notes', now };

const provider = holderOf('RS256');
const imported = importClientKeys({ keys: [{ ...provider.jwk, kid: 'p1' }] });
assert.ok(imported.ok);
const { keys } = imported;

type Change = Readonly<Record<string, unknown>>;

function verdict(change: Change = {}, header: Change = {}, at = now): string {
  const head = { alg: 'RS256', kid: 'p1', typ: 'logout+jwt', ...header };
  const verified = verifyLogoutToken(keys, signedBy(provider, head, { ...claims, ...change }), {
    ...expect,
    now: at,
  });
  return verified.ok ? 'accepted' : verified.rejection;
}

for (const algorithm of algorithms) {
  test(`jose and we read the ${algorithm} logout token that Argus sends`, async () => {
    const ring = await ringOf(algorithm);
    const token = await issueLogoutToken(ring, issued, now, algorithm);
    const { payload } = await jwtVerify(token, createLocalJWKSet(ring.jwks(now)), {
      issuer,
      audience: 'notes',
      typ: 'logout+jwt',
      currentDate: new Date(now),
    });
    assert.deepEqual(payload, claims);
    const ours = importClientKeys(ring.jwks(now));
    assert.deepEqual(ours.ok && verifyLogoutToken(ours.keys, token, expect), { ok: true, claims });
  });

  test(`we read the ${algorithm} logout token of a provider that signs with jose`, async () => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    const theirs = importClientKeys({ keys: [await exportJWK(publicKey)] });
    const token = await new SignJWT(claims).setProtectedHeader({ alg: algorithm }).sign(privateKey);
    assert.equal(theirs.ok && verifyLogoutToken(theirs.keys, token, expect).ok, true);
  });
}

test('a logout token names its type, or says JWT, or nothing; every other type is refused', () => {
  for (const typ of ['logout+jwt', 'JWT', undefined])
    assert.equal(verdict({}, { typ }), 'accepted', String(typ));
  for (const typ of ['at+jwt', 'secevent+jwt', 'dpop+jwt', 'rt+jwt', 'LOGOUT+JWT', '']) {
    assert.equal(verdict({}, { typ }), 'wrong-type', typ);
  }
});

test('without the event, or with another in its place, it is no logout token (BCL §2.6)', () => {
  const events = [undefined, null, {}, [], event, { [event]: true }, { [event]: [] }, { [event]: null }];
  for (const wrong of [...events, { [`${event}/`]: {} }, [event]]) {
    assert.equal(verdict({ events: wrong }), 'bad-claims', JSON.stringify(wrong));
  }
  assert.equal(verdict({ events: { [event]: {}, 'https://other.example/event': {} } }), 'accepted');
});

test('a nonce makes it an ID token, whatever its value (BCL §2.4)', () => {
  for (const nonce of ['n', '', null, 7]) assert.equal(verdict({ nonce }), 'bad-claims', String(nonce));
});

test('it names a session or a person, or both', () => {
  assert.equal(verdict({ sid: undefined }), 'accepted');
  assert.equal(verdict({ sub: undefined }), 'accepted');
  assert.equal(verdict({ sid: undefined, sub: undefined }), 'bad-claims');
  for (const wrong of [{ sid: 7 }, { sub: '' }, { sid: null }]) assert.equal(verdict(wrong), 'bad-claims');
});

test('another issuer, another audience or another key is refused', () => {
  assert.equal(verdict({ iss: `${issuer}/` }), 'wrong-issuer');
  assert.equal(verdict({ aud: 'other' }), 'wrong-audience');
  assert.equal(verdict({ aud: ['other', 'notes'] }), 'accepted');
  assert.equal(verdict({ aud: [] }), 'bad-claims');
  assert.equal(verdict({}, { kid: 'p2' }), 'unknown-key');
  const stranger = holderOf('RS256');
  const forged = signedBy(stranger, { alg: 'RS256', kid: 'p1' }, claims);
  assert.deepEqual(verifyLogoutToken(keys, forged, expect), { ok: false, rejection: 'bad-signature' });
});

test('alg none and a MAC are refused', () => {
  for (const alg of ['none', 'None', 'HS256']) assert.equal(verdict({}, { alg }), 'wrong-algorithm', alg);
});

test('it must expire, within a day, and clocks may differ by a minute', () => {
  assert.equal(verdict({}, {}, (claims.exp + 60) * 1000 - 1), 'accepted');
  assert.equal(verdict({}, {}, (claims.exp + 60) * 1000), 'expired');
  assert.equal(verdict({}, {}, (claims.iat - 60) * 1000), 'accepted');
  assert.equal(verdict({}, {}, (claims.iat - 60) * 1000 - 1), 'not-yet-valid');
  assert.equal(verdict({ exp: nowSeconds + 86_400 }), 'accepted');
  for (const exp of [nowSeconds + 86_401, undefined, null, nowSeconds, '1767603600', nowSeconds + 0.5]) {
    assert.equal(verdict({ exp }), 'bad-claims', String(exp));
  }
  assert.equal(verdict({ iat: undefined }), 'bad-claims');
});

test('without a mark that can be remembered it is refused', () => {
  for (const jti of [undefined, '', 7, 'j'.repeat(257)])
    assert.equal(verdict({ jti }), 'bad-claims', String(jti));
});

test('Argus sends no logout token that a receiver would refuse', async () => {
  const ring = await ringOf('ES256');
  for (const change of [{ sid: '' }, { exp: issued.iat }, { jti: '' }, { aud: '' }]) {
    await assert.rejects(issueLogoutToken(ring, { ...issued, ...change }, now, 'ES256'), TokensFault);
  }
});
