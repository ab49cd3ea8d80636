import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  callback,
  hiddenFields,
  issuerOf,
  type Manners,
  openProvider,
  pkce,
  post,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

const email = 'ada@example.org';
const { verifier, challenge } = pkce();
let server: TestServer;
let browser: UserAgent;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'own', { consent: 'implicit' });
  await registerClient(server, 'asks', { scopes: ['openid', 'profile', 'email'], consentDays: 30 });
  await registerClient(server, 'stranger', { source: 'registration' });
  await registerClient(server, 'aged', { consent: 'implicit', defaultMaxAgeSeconds: 60 });
  for (const each of [email, 'bob@example.org'])
    await browserOf(server).call('signUp', { body: { email: each, password, name: each.slice(0, 3) } });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  browser = browserOf(server);
  await browser.call('signIn', { body: { identifier: email, password } });
  server.clock.advance(10_000);
});

const ask = (clientId: string, parameters: Record<string, string> = {}, manners: Manners = {}) =>
  travel(browser, authorizationUrl(server, clientId, { code_challenge: challenge, ...parameters }), {
    email,
    ...manners,
  });

async function idTokenOf(clientId: string, url: URL | null): Promise<Record<string, unknown>> {
  const code = url?.searchParams.get('code');
  assert.ok(code, url?.href);
  const fields = { grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier };
  const { body } = await askToken(server, fields, basic(clientId));
  return JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString());
}

const seconds = () => Math.floor(server.clock.now() / 1000);

describe('who is signed in is asked again only for a reason', () => {
  test('for none, nothing is asked', async () => {
    assert.deepEqual((await ask('own')).pages, []);
  });

  test('a client that wants a fresh sign-in gets one, in the same session', async () => {
    const sid = (await browser.call('getSession')).body.session.id;
    const { pages, url } = await ask('own', { prompt: 'login' });
    assert.deepEqual(pages, ['/step-up']);
    const claims = await idTokenOf('own', url);
    assert.deepEqual([claims.sid, claims.auth_time], [sid, seconds()]);
  });

  test('an age of nothing is the same, an age that is kept asks nothing', async () => {
    assert.deepEqual((await ask('own', { max_age: '0' })).pages, ['/step-up']);
    assert.deepEqual((await ask('own', { max_age: '3600' })).pages, []);
    server.clock.advance(61_000);
    assert.deepEqual((await ask('own', { max_age: '60' })).pages, ['/step-up']);
    server.clock.advance(61_000);
    assert.deepEqual((await ask('aged')).pages, ['/step-up'], 'what the client declared counts, too');
  });

  test('after a step-up every cookie is another, and what was held before is worth nothing', async () => {
    const thief = browser.copy();
    await ask('own', { prompt: 'login' });
    assert.equal((await browser.call('getSession')).status, 200);
    assert.equal((await thief.call('getSession')).status, 401);
    // It may be the person's own refresh that was on its way: a no would take the new cookies away again.
    const onItsWay = await thief.call('refreshSession');
    assert.equal(onItsWay.status, 503);
    assert.deepEqual(onItsWay.headers.getSetCookie(), []);
    server.clock.advance(31_000);
    assert.equal((await thief.call('refreshSession')).status, 401);
    assert.equal((await browser.call('getSession')).status, 200);
  });

  test('other clients keep what they have, and hear of the fresher sign-in', async () => {
    const first = await ask('own');
    const code = first.url?.searchParams.get('code') ?? '';
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const { body } = await askToken(server, fields, basic('own'));
    server.clock.advance(30_000);
    await ask('aged', { prompt: 'login' });
    const renewed = await askToken(
      server,
      { grant_type: 'refresh_token', refresh_token: body.refresh_token },
      basic('own'),
    );
    const access = JSON.parse(Buffer.from(renewed.body.access_token.split('.')[1], 'base64url').toString());
    assert.equal(access.auth_time, seconds());
  });

  test('a wrong password raises nothing, and says so on the page', async () => {
    const { pages, url, status } = await ask(
      'own',
      { prompt: 'login' },
      { password: 'not the right one at all' },
    );
    assert.deepEqual([pages, url, status], [['/step-up', '/step-up'], null, 401]);
  });

  test('the person may choose the account, or come as somebody else', async () => {
    assert.deepEqual((await ask('own', { prompt: 'select_account' })).pages, ['/oauth/authorize']);
    const before = (await browser.call('getSession')).body.user.id;
    const other = await ask(
      'own',
      { prompt: 'select_account' },
      { account: 'other', email: 'bob@example.org' },
    );
    const claims = await idTokenOf('own', other.url);
    assert.notEqual(claims.sub, before);
    assert.equal((await browser.call('getSession')).body.user.email, 'bob@example.org');
  });

  test('a client that means somebody else gets a sign-in, not the wrong person', async () => {
    const mine = await ask('own');
    const code = mine.url?.searchParams.get('code') ?? '';
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const { body } = await askToken(server, fields, basic('own'));
    await browser.call('signIn', { body: { identifier: 'bob@example.org', password } });
    const silent = await ask('own', { prompt: 'none', id_token_hint: body.id_token });
    assert.equal(silent.url?.searchParams.get('error'), 'login_required');
    const led = await ask('own', { id_token_hint: body.id_token });
    assert.deepEqual(led.pages, ['/sign-in']);
    assert.ok(led.url?.searchParams.get('code'));
  });
});

describe('consent is asked for what is new, and kept', () => {
  test('once for a scope, again for a wider one, and again when its time is over', async () => {
    const pages = async (scope: string) => (await ask('asks', { scope })).pages;
    assert.deepEqual(await pages('openid'), ['/oauth/authorize']);
    assert.deepEqual(await pages('openid'), []);
    assert.deepEqual(await pages('openid email'), ['/oauth/authorize']);
    assert.deepEqual(await pages('openid'), []);
    server.clock.advance(31 * 86_400_000);
    await browser.call('signIn', { body: { identifier: email, password } });
    assert.deepEqual(await pages('openid'), ['/oauth/authorize']);
  });

  test('a no goes back to the client, and leaves nothing', async () => {
    const { url } = await ask('asks', { scope: 'openid profile', prompt: 'consent' }, { consent: 'deny' });
    assert.equal(url?.searchParams.get('error'), 'access_denied');
    assert.equal(url?.searchParams.get('code'), null);
  });

  test('who registered itself is asked about each time', async () => {
    assert.deepEqual((await ask('stranger')).pages, ['/oauth/authorize']);
    server.clock.advance(1_000);
    assert.deepEqual((await ask('stranger')).pages, ['/oauth/authorize']);
  });

  test('withdrawn, it is asked for again, and what it gave is over', async () => {
    const { url } = await ask('asks', { scope: 'openid' });
    const code = url?.searchParams.get('code') ?? '';
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const { body } = await askToken(server, fields, basic('asks'));
    assert.equal((await browser.call('withdrawConsent', { params: { clientId: 'asks' } })).status, 204);
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
    assert.equal((await askToken(server, refresh, basic('asks'))).body.error, 'invalid_grant');
    assert.deepEqual((await ask('asks', { scope: 'openid' })).pages, ['/oauth/authorize']);
  });

  test('nobody can answer for the person: neither another session nor another page', async () => {
    const url = authorizationUrl(server, 'asks', {
      code_challenge: challenge,
      scope: 'openid profile email',
      prompt: 'consent',
    });
    const page = await (await browser.fetch(`${url.pathname}${url.search}`)).text();
    const fields = { ...hiddenFields(page), decision: 'allow' };
    const other = browserOf(server);
    await other.call('signIn', { body: { identifier: 'bob@example.org', password } });
    assert.equal((await post(other, '/oauth/consent', fields)).status, 403);
    assert.equal((await post(browser, '/oauth/consent', { ...fields, formToken: 'x' })).status, 403);
    assert.equal((await post(browser, '/oauth/consent', { ...fields, request: 'x' })).status, 403);
    const foreign = browser.copy({ origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' });
    assert.equal((await post(foreign, '/oauth/consent', fields)).status, 403);
  });
});

describe('a request reaches its end in other ways', () => {
  test('by POST, as the standard asks', async () => {
    const url = authorizationUrl(server, 'own', { code_challenge: challenge });
    const response = await browser
      .copy({ 'sec-fetch-site': 'cross-site', origin: 'https://client.example' })
      .fetch('/oauth/authorize', {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: url.searchParams.toString(),
      });
    const arrived = await travel(browser, new URL(response.headers.get('location') ?? '', issuerOf(server)));
    assert.ok(arrived.url?.searchParams.get('code'), arrived.page);
  });

  test('half an hour later it is over', async () => {
    const guest = browserOf(server);
    const url = authorizationUrl(server, 'own', { code_challenge: challenge });
    const led = await guest.fetch(`${url.pathname}${url.search}`);
    const request =
      new URL(led.headers.get('location') ?? '', issuerOf(server)).searchParams.get('request') ?? '';
    server.clock.advance(30 * 60_000 + 1);
    const late = await guest.fetch(`/oauth/authorize/resume?${new URLSearchParams({ request })}`);
    assert.deepEqual([late.status, late.headers.get('location')], [403, null]);
  });

  test('a session of one tenant is nobody in another', async () => {
    const { store } = server.argus.services;
    const changes = [{ kind: 'create-tenant', id: 'acme', at: server.clock.now() } as const];
    await store.commit({ tenant: 'acme', changes, events: [] });
    await registerClient(server, 'foreign', { tenant: 'acme' as TenantId, consent: 'implicit' });
    const silent = await ask('foreign', { prompt: 'none' });
    assert.equal(silent.url?.searchParams.get('error'), 'login_required');
    const led = await ask('foreign');
    assert.deepEqual([led.url, led.pages], [null, ['/sign-in', '/sign-in']], 'Ada has no account there');
  });
});
