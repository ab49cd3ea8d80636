import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import {
  type AssertionExpectation,
  type ClientKeys,
  clientOfAssertion,
  importClientKeys,
  verifyClientAssertion,
} from '../src/index.ts';
import { type Holder, holderOf, signedBy } from './dpop-fixtures.ts';
import { algorithms, issuer, now, nowSeconds, segmentOf } from './fixtures.ts';

const clientId = 'reports';
const tokenEndpoint = `${issuer}/oauth/token`;
const holder: Holder = holderOf('ES256');
const named = { ...holder.jwk, kid: 'c1', alg: 'ES256' };

const claims = {
  iss: clientId,
  sub: clientId,
  aud: issuer,
  jti: 'jti-of-the-assertion',
  iat: nowSeconds,
  exp: nowSeconds + 60,
};

function keysOf(...jwks: readonly object[]): ClientKeys {
  const imported = importClientKeys({ keys: jwks });
  assert.ok(imported.ok);
  return imported.keys;
}

const expect: AssertionExpectation = {
  clientId,
  keys: keysOf(named),
  issuer,
  endpoints: [tokenEndpoint, `${issuer}/oauth/par`],
  isFapi: false,
  now,
};

type Change = Readonly<Record<string, unknown>>;

function assertion(change: Change = {}, header: Change = {}, by: Holder = holder): string {
  return signedBy(by, { alg: by.algorithm, kid: 'c1', ...header }, { ...claims, ...change });
}

function verdict(token: string, change: Partial<AssertionExpectation> = {}): string {
  const verified = verifyClientAssertion(token, { ...expect, ...change });
  return verified.ok ? 'accepted' : verified.rejection;
}

test('an honest assertion tells its mark and until when to remember it', () => {
  assert.deepEqual(verifyClientAssertion(assertion(), expect), {
    ok: true,
    jti: claims.jti,
    expiresAt: claims.exp * 1000,
  });
});

for (const algorithm of algorithms) {
  test(`we accept an assertion that jose made by ${algorithm}`, async () => {
    const { privateKey, publicKey } = await generateKeyPair(algorithm);
    const keys = keysOf({ ...(await exportJWK(publicKey)), kid: 'their-key' });
    const token = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: algorithm, kid: 'their-key', typ: 'JWT' })
      .sign(privateKey);
    assert.equal(verdict(token, { keys }), 'accepted');
    assert.equal(verdict(token), 'unknown-key');
  });
}

test('issuer and subject must both be the client, so an assertion for one is none for another', () => {
  assert.equal(verdict(assertion({ iss: 'other' })), 'wrong-issuer');
  assert.equal(verdict(assertion({ sub: 'other' })), 'wrong-subject');
  assert.equal(verdict(assertion({ iss: 'other', sub: 'other' })), 'wrong-issuer');
  assert.equal(verdict(assertion({}), { clientId: 'other' }), 'wrong-issuer');
});

test('the audience is the issuer or an endpoint of it, and nobody else beside', () => {
  for (const aud of [issuer, tokenEndpoint, [issuer], [tokenEndpoint, issuer]]) {
    assert.equal(verdict(assertion({ aud })), 'accepted', JSON.stringify(aud));
  }
  const foreign = ['https://other.example', `${issuer}/`, issuer.toUpperCase(), clientId, `${issuer}/oauth`];
  for (const aud of [...foreign, [issuer, 'https://other.example'], ['https://other.example']]) {
    assert.equal(verdict(assertion({ aud })), 'wrong-audience', JSON.stringify(aud));
  }
  for (const aud of [[], '', undefined, null, 7, [7], { 0: issuer }]) {
    assert.equal(verdict(assertion({ aud })), 'bad-claims', JSON.stringify(aud));
  }
});

test('under FAPI 2.0 the audience is the issuer as one string, and nothing is signed by RS256', () => {
  assert.equal(verdict(assertion(), { isFapi: true }), 'accepted');
  for (const aud of [[issuer], tokenEndpoint, [issuer, tokenEndpoint]]) {
    assert.equal(verdict(assertion({ aud }), { isFapi: true }), 'wrong-audience', JSON.stringify(aud));
  }
  const rsa = holderOf('RS256');
  const keys = keysOf({ ...rsa.jwk, kid: 'c1' });
  assert.equal(verdict(assertion({}, {}, rsa), { keys }), 'accepted');
  assert.equal(verdict(assertion({}, {}, rsa), { keys, isFapi: true }), 'wrong-algorithm');
  const pss = { ...rsa, algorithm: 'PS256' } as const;
  assert.equal(verdict(assertion({}, {}, pss), { keys, isFapi: true }), 'accepted');
});

test('an assertion expires, may not live longer than five minutes, and never for good', () => {
  assert.equal(verdict(assertion(), { now: claims.exp * 1000 - 1 }), 'accepted');
  assert.equal(verdict(assertion(), { now: claims.exp * 1000 }), 'expired');
  assert.equal(verdict(assertion({ exp: nowSeconds + 310 })), 'accepted', 'a clock ten seconds ahead');
  assert.equal(verdict(assertion({ exp: nowSeconds + 311 })), 'lives-too-long');
  assert.equal(verdict(assertion({ exp: 253_402_300_799 })), 'lives-too-long');
  for (const exp of [undefined, null, '1767603600', nowSeconds + 0.5, -1, now + 1000, 1e308]) {
    assert.equal(verdict(assertion({ exp })), 'bad-claims', String(exp));
  }
});

test('an assertion of the future is refused, but for ten seconds that clocks may differ', () => {
  for (const name of ['iat', 'nbf']) {
    assert.equal(verdict(assertion({ [name]: nowSeconds + 10 })), 'accepted', name);
    assert.equal(verdict(assertion({ [name]: nowSeconds + 11 })), 'not-yet-valid', name);
    assert.equal(verdict(assertion({ [name]: 'yesterday' })), 'bad-claims', name);
  }
  assert.equal(verdict(assertion({ iat: undefined })), 'accepted', 'iat is optional (RFC 7523 §3)');
});

test('without a mark that can be remembered an assertion is refused', () => {
  for (const jti of [undefined, '', 7, null, 'j'.repeat(257), ['a']]) {
    assert.equal(verdict(assertion({ jti })), 'bad-claims', String(jti));
  }
});

test('alg none, MACs, and the client’s public key as a secret prove nothing', () => {
  for (const alg of ['none', 'None', 'HS256', 'HS384', 'ES384', '']) {
    assert.equal(verdict(assertion({}, { alg })), 'wrong-algorithm', alg);
  }
  const input = `${segmentOf({ alg: 'HS256', kid: 'c1' })}.${segmentOf(claims)}`;
  for (const secret of [JSON.stringify(named), JSON.stringify(holder.jwk)]) {
    const token = `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
    assert.equal(verdict(token), 'wrong-algorithm');
  }
  assert.equal(verdict(`${segmentOf({ alg: 'none' })}.${segmentOf(claims)}.`), 'malformed');
});

test('a key is used for the one algorithm it names, and without a name for those of its kind', () => {
  const rsa = holderOf('RS256');
  const pss = { ...rsa, algorithm: 'PS256' } as const;
  const named256 = keysOf({ ...rsa.jwk, kid: 'c1', alg: 'RS256' });
  assert.equal(verdict(assertion({}, {}, rsa), { keys: named256 }), 'accepted');
  assert.equal(verdict(assertion({}, {}, pss), { keys: named256 }), 'unknown-key');
  const unnamed = keysOf({ ...rsa.jwk, kid: 'c1' });
  assert.equal(verdict(assertion({}, {}, rsa), { keys: unnamed }), 'accepted');
  assert.equal(verdict(assertion({}, {}, pss), { keys: unnamed }), 'accepted');
  assert.equal(verdict(assertion({}, { alg: 'ES256' }, rsa), { keys: unnamed }), 'unknown-key');
  assert.equal(verdict(assertion({}, { alg: 'PS256' }, rsa), { keys: unnamed }), 'bad-signature');
});

test('a header without kid may mean any key of the client; one with kid means that key', () => {
  const other = holderOf('ES256');
  const keys = keysOf({ ...other.jwk, kid: 'c0' }, named);
  assert.equal(verdict(assertion({}, { kid: undefined }), { keys }), 'accepted');
  assert.equal(verdict(assertion({}, { kid: 'c0' }), { keys }), 'bad-signature');
  assert.equal(verdict(assertion({}, { kid: 'c2' }), { keys }), 'unknown-key');
  assert.equal(verdict(assertion({}, { kid: undefined }), { keys: keysOf(holder.jwk) }), 'accepted');
  assert.equal(verdict(assertion({}, { kid: undefined }), { keys: keysOf(other.jwk) }), 'bad-signature');
});

test('a header that brings keys, asks for more or is of another type is refused', () => {
  const carried = { jku: 'https://attacker.example', x5u: 'https://x', x5c: ['MIIB'], jwk: holder.jwk };
  for (const [name, value] of Object.entries({ ...carried, crit: ['exp'], b64: false, zip: 'DEF' })) {
    assert.equal(verdict(assertion({}, { [name]: value })), 'bad-header', name);
  }
  for (const typ of ['dpop+jwt', 'at+jwt', 'rt+jwt', 'logout+jwt', 'token-introspection+jwt', 'jwt', '']) {
    assert.equal(verdict(assertion({}, { typ })), 'wrong-type', typ);
  }
  for (const typ of [undefined, 'JWT', 'client-authentication+jwt']) {
    assert.equal(verdict(assertion({}, { typ, 'x5t#S256': 'abc' })), 'accepted', String(typ));
  }
});

test('the signature is checked before the claims are believed', () => {
  assert.equal(verdict(assertion({ iss: 'other' }, {}, holderOf('ES256'))), 'bad-signature');
});

test('what a client says of itself is read to look it up, and nothing else', () => {
  assert.equal(clientOfAssertion(assertion()), clientId);
  assert.equal(clientOfAssertion(`e30.${segmentOf({ sub: 'anyone' })}.e30`), 'anyone');
  const odd = ['', '.', '..', 'x', `e30.${segmentOf({})}.e30`, `e30.${segmentOf({ sub: 7 })}.e30`];
  const long = `e30.${segmentOf({ sub: 's'.repeat(2000) })}.e30`;
  const twice = `e30.${segmentOf('{"sub":"a","sub":"b"}')}.e30`;
  const many = `e30.${segmentOf({ sub: 'a' })}.e30.e30`;
  const endless = `e30.${segmentOf({ sub: 'a', x: 'x'.repeat(9000) })}.e30`;
  for (const text of [...odd, long, twice, many, endless, `e30.${segmentOf('not json')}.e30`]) {
    assert.equal(clientOfAssertion(text), null, text.slice(0, 60));
  }
});

test('no text at all makes the reader or the verifier throw', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[\w-]{0,30}\.[\w-]{0,30}\.[\w-]{0,30}$/),
  );
  fc.assert(
    fc.property(text, (token) => {
      assert.notEqual(verdict(token), 'accepted');
      clientOfAssertion(token);
    }),
    { numRuns: 500 },
  );
});
