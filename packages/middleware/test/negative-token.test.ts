import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { test } from 'node:test';
import { protect } from '../src/index.ts';
import { setting, withBearer, withCookie } from './fake-issuer.ts';
import { negativeInputs, vectorsAbsent } from './negative-inputs.ts';

const issuing = generateKeyPairSync('rsa', { modulusLength: 2048 });
const small = generateKeyPairSync('rsa', { modulusLength: 1024 });
const twin = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicPem = issuing.publicKey.export({ type: 'spki', format: 'pem' });

function jwkOf(key: KeyObject, kid: string, alg: string): object {
  return { ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' };
}

/** An API whose issuer publishes these keys and can sign any text whatever. */
async function forgery() {
  const { clock, issuer } = await setting();
  issuer.publish(jwkOf(issuing.publicKey, 'first', 'RS256'));
  issuer.publish(jwkOf(small.publicKey, 'small', 'RS256'));
  issuer.publish(jwkOf(issuing.publicKey, 'twin', 'RS256'));
  issuer.publish(jwkOf(twin.publicKey, 'twin', 'ES256'));
  const protection = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const claims = JSON.stringify(issuer.claims());
  const forge = (header: object, payload = claims, key = issuing.privateKey) => {
    const all = { alg: 'RS256', typ: 'at+jwt', kid: 'first', ...header };
    const input = `${encoded(JSON.stringify(all))}.${encoded(payload)}`;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  };
  return { ...protection, issuer, claims, forge };
}

type Forgery = Awaited<ReturnType<typeof forgery>>;

function encoded(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64url');
}

const withHeaders =
  (headers: readonly object[]) =>
  ({ forge }: Forgery) =>
    headers.map((header) => forge(header));

/** The claims with one of them written as this text. */
const withClaim =
  (name: string, texts: readonly string[]) =>
  ({ forge, claims }: Forgery) => {
    const { [name]: _gone, ...others } = JSON.parse(claims) as Record<string, unknown>; // the claims made above
    return texts.map((text) => forge({}, `${JSON.stringify(others).slice(0, -1)},"${name}":${text}}`));
  };

const badTimes = ['"1900000000"', '1900000000.5', '-1', '1e308', 'null', 'true', '[1900000000]'];

const listed: Record<string, (forgery: Forgery) => readonly string[]> = {
  'alg none (none, None, nOnE, empty signature)': ({ claims }) =>
    ['none', 'None', 'nOnE', 'NONE'].flatMap((alg) =>
      ['', 'AA'].map((signature) => {
        const header = JSON.stringify({ alg, typ: 'at+jwt', kid: 'first' });
        return `${encoded(header)}.${encoded(claims)}.${signature}`;
      }),
    ),
  'RS256 key used as HS256 secret': ({ claims }) => {
    const header = encoded(JSON.stringify({ alg: 'HS256', typ: 'at+jwt', kid: 'first' }));
    const input = `${header}.${encoded(claims)}`;
    return [`${input}.${createHmac('sha256', publicPem).update(input).digest('base64url')}`];
  },
  'kid path traversal / SQL / URL': withHeaders(
    ['../../etc/passwd', "' OR 1=1 --", 'https://evil.example/key', '\0', '__proto__', ''].map((kid) => ({
      kid,
    })),
  ),
  'jku, x5u, jwk, x5c in header ignored': withHeaders([
    { jku: 'https://evil.example/keys' },
    { x5u: 'https://evil.example/chain' },
    { jwk: issuing.publicKey.export({ format: 'jwk' }) },
    { x5c: ['AA=='] },
  ]),
  'crit with unknown name -> reject': withHeaders([{ crit: ['exp'] }, { crit: ['x'], x: 1 }, { crit: [] }]),
  'b64=false -> reject unless asked': withHeaders([{ b64: false, crit: ['b64'] }, { b64: false }]),
  'typ at+jwt demanded at the resource server; ID token and refresh token refused there': withHeaders(
    ['JWT', 'rt+jwt', 'logout+jwt', 'dpop+jwt', 'application/at+jwt', 'AT+JWT', undefined].map((typ) => ({
      typ,
    })),
  ),
  'aud as array without us': withClaim('aud', ['[]', '["https://other.example"]', '[null]', '{}']),
  'exp/nbf/iat as strings, floats, negative, 1e308': (at) =>
    ['exp', 'nbf', 'iat'].flatMap((name) => withClaim(name, badTimes)(at)),
  'duplicate JSON keys': ({ forge, claims }) => [
    forge({}, claims.replace('"sub":', '"sub":"root","sub":')),
    forge({}, claims.replace('"sub":', '"sub":"root","s\\u0075b":')),
  ],
  'embedded NUL or lone surrogates': withClaim('sub', [
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"a\0b"',
  ]),
  'signature with trailing bits / padding / whitespace': ({ forge }) => {
    const token = forge({});
    // A signature of 256 bytes leaves four unused bits in its last character.
    const last = token.at(-1) ?? '';
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const sibling = alphabet[alphabet.indexOf(last) + 1] ?? '';
    return [`${token.slice(0, -1)}${sibling}`, `${token}==`, `${token}~`, `${token}A`, `${token}.`];
  },
  'RSA key below 2048 bits': ({ forge, claims }) => [forge({ kid: 'small' }, claims, small.privateKey)],
  'duplicate kid in JWKS with different kty': withHeaders([{ kid: 'twin' }]),
};

for (const [entry, make] of Object.entries(listed)) {
  test(`${entry}: refused by header and by cookie, nothing remembered, nothing asked of strangers`, async () => {
    const at = await forgery();
    const { check, forge, issuer, state } = at;
    assert.equal((await check(withBearer(forge({})))).ok, true, 'the forger can also make good tokens');
    const [known, fetched] = [state().cache.entries, issuer.fetches()];
    for (const token of make(at)) {
      for (const request of [withBearer(token), withCookie(token)]) {
        const verdict = await check(request);
        assert.equal(verdict.ok ? 'ok' : verdict.refusal, 'invalid_token', token);
      }
    }
    assert.deepEqual([state().cache.entries, issuer.fetches()], [known, fetched]);
  });
}

test('claims written by hand are accepted where they are good, so it is their content that is refused', async () => {
  const at = await forgery();
  const seconds = String(at.issuer.claims().exp);
  const good = { sub: '"somebody"', aud: '["https://argus.example"]', exp: seconds, nbf: '1' };
  for (const [name, written] of Object.entries(good)) {
    const [token = ''] = withClaim(name, [written])(at);
    assert.equal((await at.check(withBearer(token))).ok, true, name);
  }
});

test('every listed negative input about tokens is one of these', { skip: vectorsAbsent }, () => {
  assert.deepEqual(Object.keys(listed).sort(), [...negativeInputs('jwt')].sort());
});
