import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { issueRefreshToken, verifyAccessToken, verifyRefreshToken } from '../src/index.ts';
import { importJwks } from '../src/jwks.ts';
import { holderOf, proofBy, verdictOf } from './dpop-fixtures.ts';
import {
  accessClaims,
  expectAccess,
  forge,
  headerOf,
  idClaims,
  issuer,
  now,
  nowSeconds,
  readVectors,
  refreshClaims,
  ringOf,
  segmentOf,
  vectorsAbsent,
} from './fixtures.ts';

const ring = await ringOf('RS256', 'HS256');
const key = ring.signing('access', now);
const header = headerOf(key);
const holder = holderOf('ES256');
const accessToken = forge(key, header, { ...accessClaims });

function verdict(head: object, claims: object | string = accessClaims): string {
  return verdictOn(forge(key, { ...header, ...head }, typeof claims === 'string' ? claims : { ...claims }));
}

function verdictOn(token: string): string {
  const verified = verifyAccessToken(ring, token, expectAccess);
  return verified.ok ? 'accepted' : verified.rejection;
}

type Check = () => void;
/** Who else must refuse it: this package can only say what is true of the text. */
type Elsewhere = { readonly elsewhere: string };

const jwt: Readonly<Record<string, Check>> = {
  'alg none (none, None, nOnE, empty signature)': () => {
    for (const alg of ['none', 'None', 'nOnE']) assert.equal(verdict({ alg }), 'wrong-algorithm');
    assert.equal(
      verdictOn(`${segmentOf({ ...header, alg: 'none' })}.${segmentOf({ ...accessClaims })}.`),
      'malformed',
    );
  },
  'RS256 key used as HS256 secret': () => {
    const input = `${segmentOf({ ...header, alg: 'HS256' })}.${segmentOf({ ...accessClaims })}`;
    const secret = key.key.export({ type: 'spki', format: 'pem' });
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    assert.equal(verdictOn(token), 'wrong-algorithm');
  },
  'kid path traversal / SQL / URL': () => {
    for (const kid of ['../../../dev/null', "x' UNION SELECT 'k' --", 'https://attacker.example/k']) {
      assert.equal(verdict({ kid }), 'unknown-key');
    }
  },
  'jku, x5u, jwk, x5c in header ignored': () => {
    const jwk = ring.jwks(now).keys[0];
    for (const head of [
      { jku: 'https://x.example' },
      { x5u: 'https://x.example' },
      { jwk },
      { x5c: ['MIIB'] },
    ]) {
      assert.equal(verdict(head), 'bad-header');
    }
  },
  'crit with unknown name -> reject': () =>
    assert.equal(verdict({ crit: ['unknown'], unknown: 1 }), 'bad-header'),
  'b64=false -> reject unless asked': () => {
    assert.equal(verdict({ b64: false }), 'bad-header');
    assert.equal(verdict({ b64: false, crit: ['b64'] }), 'bad-header');
  },
  'typ at+jwt demanded at the resource server; ID token and refresh token refused there': () => {
    assert.equal(verdict({ typ: 'JWT' }, idClaims), 'wrong-type');
    assert.equal(verdict({ typ: undefined }), 'wrong-type');
    assert.equal(verdictOn(issueRefreshToken(ring, refreshClaims, now)), 'wrong-type');
  },
  'aud as array without us': () => {
    for (const aud of [['https://a.example'], ['https://a.example', 'https://b.example']]) {
      assert.equal(verdict({}, { ...accessClaims, aud }), 'wrong-audience');
    }
    assert.equal(verdict({}, { ...accessClaims, aud: [] }), 'bad-claims');
  },
  'exp/nbf/iat as strings, floats, negative, 1e308': () => {
    for (const name of ['exp', 'nbf', 'iat']) {
      for (const value of [`${nowSeconds + 60}`, nowSeconds + 0.5, -1, 1e308]) {
        assert.equal(verdict({}, { ...accessClaims, [name]: value }), 'bad-claims', name);
      }
    }
  },
  'duplicate JSON keys': () => {
    assert.equal(verdict({}, JSON.stringify(accessClaims).replace('{', '{"sub":"victim",')), 'bad-claims');
    const twice = `{"alg":"none",${JSON.stringify(header).slice(1)}`;
    assert.equal(verdictOn(forge(key, twice, { ...accessClaims })), 'malformed');
  },
  'embedded NUL or lone surrogates': () => {
    for (const sub of ['a\0b', '\ud800']) assert.equal(verdict({}, { ...accessClaims, sub }), 'bad-claims');
  },
  'signature with trailing bits / padding / whitespace': () => {
    const refresh = issueRefreshToken(ring, refreshClaims, now);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const twin = refresh.slice(0, -1) + alphabet.charAt(alphabet.indexOf(refresh.at(-1) ?? '') + 1);
    for (const token of [twin, `${refresh}=`, `${refresh} `, `${refresh}\n`, ` ${refresh}`]) {
      assert.equal(verifyRefreshToken(ring, token, { issuer, now }).ok, false);
    }
    assert.equal(verifyRefreshToken(ring, refresh, { issuer, now }).ok, true);
  },
  'RSA key below 2048 bits': () => {
    const short = {
      kty: 'RSA',
      n: segmentOf(Buffer.alloc(255, 0xa5)),
      e: 'AQAB',
      alg: 'RS256',
      kid: 'short',
    };
    assert.deepEqual(importJwks({ keys: [short] }, 20)?.rejections, ['unfit-key']);
  },
  'duplicate kid in JWKS with different kty': () => {
    const [jwk] = ring.jwks(now).keys;
    const document = { keys: [jwk, { ...holder.jwk, alg: 'ES256', kid: jwk?.kid }] };
    assert.equal(importJwks(document, 20)?.keys.size, 0);
  },
};

const dpop: Readonly<Record<string, Check | Elsewhere>> = {
  'no proof': () => assert.equal(verdictOf(undefined), 'missing'),
  'two DPoP headers': () => assert.equal(verdictOf(`${proofBy(holder)}, ${proofBy(holder)}`), 'repeated'),
  'typ wrong': () => assert.equal(verdictOf(proofBy(holder, {}, { typ: 'JWT' })), 'wrong-type'),
  'alg none or HS256': () => {
    for (const alg of ['none', 'HS256'])
      assert.equal(verdictOf(proofBy(holder, {}, { alg })), 'wrong-algorithm');
  },
  'private key inside jwk': () => {
    const jwk = holder.privateKey.export({ format: 'jwk' });
    assert.equal(verdictOf(proofBy(holder, {}, { jwk })), 'secret-key');
  },
  'htm / htu mismatch': () => {
    assert.equal(verdictOf(proofBy(holder, { htm: 'GET' })), 'wrong-method');
    assert.equal(verdictOf(proofBy(holder, { htu: 'https://id.example/oauth/par' })), 'wrong-url');
  },
  'htu with query is compared without it': () =>
    assert.equal(verdictOf(proofBy(holder, { htu: 'https://id.example/oauth/token?x=1' })), 'accepted'),
  'iat older than window / in the future': () => {
    assert.equal(verdictOf(proofBy(holder, { iat: nowSeconds - 60 })), 'too-old');
    assert.equal(verdictOf(proofBy(holder, { iat: nowSeconds + 11 })), 'from-the-future');
  },
  'jti reused within window': { elsewhere: 'the store keeps marks' },
  'ath absent or wrong at resource': () => {
    assert.equal(verdictOf(proofBy(holder), { accessToken }), 'wrong-token');
    assert.equal(verdictOf(proofBy(holder, { ath: 'A'.repeat(43) }), { accessToken }), 'wrong-token');
  },
  'proof key != cnf.jkt': { elsewhere: 'the middleware and the server compare thumbprints' },
  'nonce missing -> use_dpop_nonce + DPoP-Nonce': { elsewhere: 'the server demands nonces' },
  'bound token sent with Bearer scheme -> 401': { elsewhere: 'the middleware reads the scheme' },
  'refresh token of a public client used with another key -> invalid_grant': {
    elsewhere: 'the server binds grants',
  },
};

test('an honest token and an honest proof are accepted, so that the refusals below mean something', () => {
  assert.equal(verdictOn(accessToken), 'accepted');
  assert.equal(verdictOf(proofBy(holder)), 'accepted');
});

test('the list of bad inputs is the one these tests were written for', { skip: vectorsAbsent }, () => {
  const listed = readVectors<{ jwt: string[]; dpop: string[] }>('oauth-negative/negative-inputs.json');
  assert.deepEqual(listed.jwt.toSorted(), Object.keys(jwt).toSorted());
  assert.deepEqual(listed.dpop.toSorted(), Object.keys(dpop).toSorted());
});

for (const [what, check] of Object.entries(jwt)) test(`jwt: ${what}`, check);
for (const [what, check] of Object.entries(dpop)) {
  if (typeof check === 'function') test(`dpop: ${what}`, check);
}
