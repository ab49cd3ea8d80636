import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ProtectionFault, type ProtectOptions, protect } from '../src/index.ts';
import { issuerUrl } from './fake-issuer.ts';

const mistakes: Record<string, Partial<ProtectOptions>> = {
  'an issuer that is no URL': { issuer: 'argus' },
  'an issuer with a query': { issuer: `${issuerUrl}/?a=b` },
  'an issuer of another scheme': { issuer: 'ftp://argus.example' },
  'no audience at all': { audience: [] },
  'an empty audience': { audience: '' },
  'an origin with a path': { allowedOrigins: ['https://app.example/'] },
  'an origin in capitals': { allowedOrigins: ['https://App.example'] },
  'the opaque origin': { allowedOrigins: ['null'] },
  'any origin': { allowedOrigins: ['*'] },
  'a realm that would start a new header': { realm: 'a\r\nset-cookie: b=c' },
  'a scope that would leave its quotes': { scope: ['a"b'] },
  'an empty scope': { scope: '' },
  'no role of all': { roles: [] },
  'half a second of age': { maxAgeSeconds: 0.5 },
  'a negative age': { maxAgeSeconds: -1 },
  'an hour of skew': { clockSkewSeconds: 3_600 },
  'an endless cache': { cache: { entries: Number.POSITIVE_INFINITY } },
  // The casts are what a caller without types could write.
  'a kind that nobody is': { kind: 'robot' as 'client' },
  'no algorithm at all': { algorithms: [] },
  'an algorithm Argus does not sign with': { algorithms: ['HS256'] as unknown as ['RS256'] },
  'a public URL over plain http': { publicUrl: 'http://api.example' },
  'a public URL with a query': { publicUrl: 'https://api.example/?a=b' },
  'a public URL with an empty query': { publicUrl: 'https://api.example?' },
  'a public URL with a password': { publicUrl: 'https://a:b@api.example' },
  'a public URL that is none': { publicUrl: 'api.example' },
  'proofs of a URL that was not told': { dpop: 'accepted' },
  'a mode nobody knows': { publicUrl: issuerUrl, dpop: 'off' as 'refused' },
  'a nonce secret that can be guessed': {
    publicUrl: issuerUrl,
    dpop: { nonce: true, nonceSecret: 'secret' },
  },
  'a nonce secret for nonces that are not demanded': {
    publicUrl: issuerUrl,
    dpop: { nonceSecret: 'a secret that all processes of the API share' },
  },
  'room for no proof': { publicUrl: issuerUrl, dpop: { replayEntries: 0 } },
  'room for half a proof': { publicUrl: issuerUrl, dpop: { replayEntries: 0.5 } },
};

for (const [name, mistake] of Object.entries(mistakes)) {
  test(`${name} is refused at the start`, () => {
    assert.throws(() => protect({ issuer: issuerUrl, ...mistake }), ProtectionFault);
  });
}

test('keys over plain http are refused, except on loopback', () => {
  assert.throws(() => protect({ issuer: 'http://argus.example' }));
  assert.doesNotThrow(() => protect({ issuer: 'http://localhost:8100' }));
});

test('the keys are looked for under the issuer, with or without a slash at its end', async () => {
  for (const issuer of [`${issuerUrl}/acme`, `${issuerUrl}/acme/`]) {
    const asked: string[] = [];
    const fetchNothing: typeof fetch = async (input) => {
      asked.push(new Request(input).url);
      return new Response(null, { status: 404 });
    };
    const { check } = protect({ issuer, fetch: fetchNothing });
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'at+jwt', kid: 'k' })).toString(
      'base64url',
    );
    await check(new Request(issuerUrl, { headers: { authorization: `Bearer ${header}.e30.AA` } }));
    assert.deepEqual(asked, [`${issuerUrl}/acme/.well-known/jwks.json`]);
  }
});
