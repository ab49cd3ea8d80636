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
        kind: 'person',
        userId: claims.sub,
        sessionId: claims.sid,
        grantId: claims.gid,
        clientId: 'argus',
        tenant: 'default',
        roles: ['writer', 'admin'],
        scopes: ['openid', 'notes.read'],
        actor: null,
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

test('an API that takes fewer algorithms refuses good tokens of the others, cached or not', async () => {
  const { clock, issuer } = await setting('ES256');
  const options = { issuer: issuer.url, fetch: issuer.fetch, clock };
  const token = await issuer.token();
  const narrow = protect({ ...options, algorithms: ['PS256', 'EdDSA'] });
  for (let n = 0; n < 2; n++) {
    const verdict = await narrow.check(withBearer(token));
    assert.equal(!verdict.ok && `${verdict.refusal} ${verdict.reason}`, 'invalid_token wrong-algorithm');
  }
  assert.equal(narrow.state().cache.entries, 0);
  assert.equal((await protect({ ...options, algorithms: ['ES256'] }).check(withBearer(token))).ok, true);
});

test('no part of a principal can be changed, since later requests share it', async () => {
  const { clock, issuer } = await setting();
  const { check } = protect({ issuer: issuer.url, fetch: issuer.fetch, clock });
  const act = { sub: 'reports', client_id: 'reports' };
  const verdict = await check(withBearer(await issuer.token({ aud: [issuer.url], act })));
  assert.ok(verdict.ok && verdict.principal.kind === 'person');
  const { principal } = verdict;
  const { roles, scopes, amr, actor, claims } = principal;
  for (const part of [principal, roles, scopes, amr, actor, claims, claims.aud, claims.roles, claims.act]) {
    assert.ok(Object.isFrozen(part));
  }
});
