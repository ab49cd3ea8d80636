import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { test } from 'node:test';
import type { AccessClaims } from '@argus/tokens';
import { SignJWT } from 'jose';
import { protect } from '../src/index.ts';
import { setting, withBearer, withCookie } from './fake-issuer.ts';

/** An issuer that also publishes a key of which jose holds the private half: a second implementation signs. */
async function joseSetting() {
  const { clock, issuer } = await setting();
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  issuer.publish({ ...publicKey.export({ format: 'jwk' }), kid: 'second', alg: 'RS256', use: 'sig' });
  const { check, state } = protect({ issuer: issuer.url, clockSkewSeconds: 0, fetch: issuer.fetch, clock });
  const sign = (changes: object = {}, header: object = {}, key: KeyObject | Uint8Array = privateKey) =>
    new SignJWT({ ...issuer.claims(), aud: issuer.url, ...changes })
      .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: 'second', ...header })
      .sign(key);
  return { check, sign, clock, issuer, publicKey, state };
}

test('a token that jose signed is accepted', async () => {
  const { check, sign } = await joseSetting();
  assert.equal((await check(withBearer(await sign()))).ok, true);
});

const outsider = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

const secondsBefore = (claims: AccessClaims, seconds: number) => ({
  exp: claims.iat - seconds,
  iat: claims.iat - seconds - 300,
  auth_time: claims.iat - seconds - 300,
  sct: (claims.iat - seconds - 300) * 1000,
});

type Setting = Awaited<ReturnType<typeof joseSetting>>;
const forgeries: Record<string, { reason: string; make: (setting: Setting) => Promise<string> | string }> = {
  'a token signed by someone else': { reason: 'bad-signature', make: ({ sign }) => sign({}, {}, outsider) },
  'a token of an unknown key': { reason: 'unknown-key', make: ({ sign }) => sign({}, { kid: 'third' }) },
  'a token under another algorithm than its key is pinned to': {
    reason: 'wrong-algorithm',
    make: ({ sign }) => sign({}, { alg: 'PS256' }),
  },
  'a token whose HMAC key is the public key': {
    reason: 'wrong-algorithm',
    make: ({ sign, publicKey }) => {
      const pem = publicKey.export({ type: 'spki', format: 'pem' });
      return sign({}, { alg: 'HS256' }, Buffer.from(pem));
    },
  },
  'a token that calls itself unsigned': {
    reason: 'wrong-algorithm',
    make: async ({ sign }) => {
      const [, payload] = (await sign()).split('.');
      const header = JSON.stringify({ alg: 'none', typ: 'at+jwt', kid: 'second' });
      return `${Buffer.from(header).toString('base64url')}.${payload}.AA`;
    },
  },
  'a token whose claims were changed after signing': {
    reason: 'bad-signature',
    make: async ({ sign, issuer }) => {
      const [header, , signature] = (await sign()).split('.');
      const payload = JSON.stringify(issuer.claims({ roles: ['admin'] }));
      return `${header}.${Buffer.from(payload).toString('base64url')}.${signature}`;
    },
  },
  'a token that brings its own key': {
    reason: 'bad-header',
    make: ({ sign, publicKey }) => sign({}, { jwk: publicKey.export({ format: 'jwk' }) }),
  },
  'a token cut short': {
    reason: 'bad-signature',
    make: async ({ sign }) => (await sign()).slice(0, -2),
  },
  'an ID token': { reason: 'wrong-type', make: ({ sign }) => sign({}, { typ: 'JWT' }) },
  'a refresh token': { reason: 'wrong-type', make: ({ sign }) => sign({}, { typ: 'rt+jwt' }) },
  'a token of another issuer': {
    reason: 'wrong-issuer',
    make: ({ sign }) => sign({ iss: 'https://evil.example' }),
  },
  'a token for another audience': {
    reason: 'wrong-audience',
    make: ({ sign }) => sign({ aud: 'https://other.example' }),
  },
  'a token of another tenant': { reason: 'wrong-tenant', make: ({ sign }) => sign({ tenant: 'acme' }) },
  'a token that expires this very instant': {
    reason: 'expired',
    make: ({ sign, issuer }) => sign(secondsBefore(issuer.claims(), 0)),
  },
  'a token not valid yet': {
    reason: 'not-yet-valid',
    make: ({ sign, issuer }) => sign({ nbf: issuer.claims().iat + 10 }),
  },
  'a token of a person without a session': {
    reason: 'bad-claims',
    make: ({ sign }) => sign({ sid: undefined }),
  },
  'a token bound to a key that is not proven': {
    reason: 'key-bound',
    make: ({ sign }) => sign({ cnf: { jkt: 'A'.repeat(43) } }),
  },
  'a token longer than any': { reason: 'too-long', make: () => `a.${'b'.repeat(8200)}.c` },
  'a text that is no token': { reason: 'malformed', make: () => 'notatoken' },
};

for (const [name, { reason, make }] of Object.entries(forgeries)) {
  test(`${name} is refused as bearer and as cookie, and not remembered`, async () => {
    const setting = await joseSetting();
    const token = await make(setting);
    for (const request of [withBearer(token), withCookie(token), withBearer(token)]) {
      const verdict = await setting.check(request);
      assert.ok(!verdict.ok);
      assert.deepEqual([verdict.refusal, verdict.reason], ['invalid_token', reason]);
      assert.equal(verdict.response.status, 401);
    }
    assert.equal(setting.state().cache.entries, 0);
  });
}

test('the forgiven five seconds between two clocks admit a token just expired and none older', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const token = await issuer.token();
  clock.advance(304_999);
  assert.equal((await check(withBearer(token))).ok, true);
  clock.advance(1);
  assert.equal((await check(withBearer(token))).ok, false);
});
