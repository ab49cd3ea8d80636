import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protect } from '../src/index.ts';
import { issuerUrl, setting, withBearer, withCookie } from './fake-issuer.ts';

const app = 'https://app.example';
const unsafe = ['POST', 'PUT', 'PATCH', 'DELETE', 'PURGE', 'get'];
const safe = ['GET', 'HEAD', 'OPTIONS'];

/** Sec-Fetch-Site, Origin, whether an unsafe request with a cookie may pass. */
const origins: [site: string | null, origin: string | null, passes: boolean][] = [
  ['same-origin', null, true],
  ['same-origin', app, true],
  ['same-site', app, false],
  ['cross-site', app, false],
  ['none', app, false],
  ['Same-Origin', app, false],
  ['same-origin, same-origin', app, false],
  ['', app, false],
  [null, app, true],
  [null, issuerUrl, true],
  [null, 'https://evil.example', false],
  [null, `${app}.evil.example`, false],
  [null, `${app}:8443`, false],
  [null, 'http://app.example', false],
  [null, 'null', false],
  [null, '', false],
  [null, `${app}, ${app}`, false],
  [null, null, false],
];

async function guarded() {
  const { clock, issuer } = await setting();
  const protection = protect({ issuer: issuer.url, allowedOrigins: [app], fetch: issuer.fetch, clock });
  return { ...protection, token: await issuer.token() };
}

/** Headers as plain text, since a fetch `Request` would tidy some of them and refuse methods. */
function partsWith(method: string, headers: Record<string, string | null>) {
  return { method, url: '/notes', header: (name: string) => headers[name] ?? undefined };
}

for (const [site, origin, passes] of origins) {
  const sent = `Sec-Fetch-Site ${site ?? 'absent'} and Origin ${origin ?? 'absent'}`;
  test(`with a cookie, ${sent}: unsafe methods ${passes ? 'pass' : 'are refused'}, safe ones pass`, async () => {
    const { checkParts, token } = await guarded();
    const headers = { cookie: `__Host-argus_access=${token}`, 'sec-fetch-site': site, origin };
    for (const method of unsafe) {
      const verdict = await checkParts(partsWith(method, headers));
      assert.equal(verdict.ok ? 'ok' : verdict.refusal, passes ? 'ok' : 'foreign_origin', method);
    }
    for (const method of safe) assert.equal((await checkParts(partsWith(method, headers))).ok, true, method);
  });
}

test('a cross-site WebSocket opening with a cookie is refused although it is a GET', async () => {
  const { checkParts, token } = await guarded();
  const headers = {
    cookie: `__Host-argus_access=${token}`,
    upgrade: 'WebSocket',
    origin: 'https://evil.example',
  };
  const verdict = await checkParts(partsWith('GET', headers));
  assert.equal(!verdict.ok && verdict.refusal, 'foreign_origin');
  assert.equal((await checkParts(partsWith('GET', { ...headers, origin: app }))).ok, true);
});

test('a bearer token needs no origin, for no browser sends it on its own', async () => {
  const { check, token } = await guarded();
  const init = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
  assert.equal((await check(withBearer(token, init))).ok, true);
});

test('a foreign request is refused with 403 and no challenge, and its token is not even verified', async () => {
  const { check, token, state } = await guarded();
  const verdict = await check(withCookie(token, { method: 'POST' }));
  assert.ok(!verdict.ok);
  assert.equal(verdict.response.status, 403);
  assert.equal(verdict.response.headers.has('www-authenticate'), false);
  assert.equal(state().keys.triedAt, null);
});
