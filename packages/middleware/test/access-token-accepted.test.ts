import assert from 'node:assert/strict';
import { test } from 'node:test';
import { protect } from '../src/index.ts';
import { setting, withBearer, withCookie } from './fake-issuer.ts';

for (const algorithm of ['RS256', 'PS256', 'ES256', 'EdDSA'] as const) {
  test(`a bearer token signed with ${algorithm} proves its principal`, async () => {
    const { clock, issuer } = await setting(algorithm);
    const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
    const claims = issuer.claims({ roles: ['writer', 'admin'], scope: 'openid notes.read' });
    const verdict = await check(withBearer(await issuer.token(claims)));
    assert.deepEqual(verdict, {
      ok: true,
      principal: {
        userId: claims.sub,
        sessionId: claims.sid,
        grantId: claims.gid,
        clientId: 'argus',
        tenant: 'default',
        roles: ['writer', 'admin'],
        scopes: ['openid', 'notes.read'],
        acr: 'urn:argus:aal1',
        amr: ['pwd'],
        authTime: claims.auth_time * 1000,
        expiresAt: claims.exp * 1000,
        source: 'bearer',
        claims,
      },
    });
  });
}

test('a token in the access cookie proves its principal on a safe method', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const verdict = await check(withCookie(await issuer.token()));
  assert.equal(verdict.ok && verdict.principal.source, 'cookie');
});

test('one token sent by header and then by cookie is told apart although it is cached', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const token = await issuer.token();
  const sources = [];
  for (const request of [withBearer(token), withCookie(token), withBearer(token)]) {
    const verdict = await check(request);
    sources.push(verdict.ok && verdict.principal.source);
  }
  assert.deepEqual(sources, ['bearer', 'cookie', 'bearer']);
});

test('an API of its own resource accepts that audience and not the one of the cookies', async () => {
  const { clock, issuer } = await setting();
  const audience = 'https://notes.example/api';
  const { check } = protect({ issuer: issuer.url, audience, fetch: issuer.fetch, clock });
  assert.equal(
    (await check(withBearer(await issuer.token({ aud: ['https://x.example', audience] })))).ok,
    true,
  );
  assert.equal((await check(withBearer(await issuer.token()))).ok, false);
});

test('a protection of another tenant accepts that tenant', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, tenant: 'acme', fetch: issuer.fetch, clock });
  assert.equal((await check(withBearer(await issuer.token({ tenant: 'acme' })))).ok, true);
  assert.equal((await check(withBearer(await issuer.token()))).ok, false);
});

test('no part of a principal can be changed, since later requests share it', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const verdict = await check(withBearer(await issuer.token({ aud: [issuer.url] })));
  assert.ok(verdict.ok);
  const { principal } = verdict;
  const parts = [principal, principal.roles, principal.scopes, principal.amr, principal.claims];
  assert.ok(parts.every((part) => Object.isFrozen(part)));
  assert.ok(Object.isFrozen(principal.claims.aud) && Object.isFrozen(principal.claims.roles));
});
