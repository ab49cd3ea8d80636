import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { cookieNames, type TenantId } from '@argus/contract';
import { deliverMails, endTenants } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { registerClient, travel } from './oauth-stage.ts';
import {
  cookieHeader,
  exactly,
  holdings,
  openStage,
  ownOrigin,
  password,
  refresh,
  withKey,
} from './stage.ts';
import { browserAt, newTenant, originAt, someoneAt } from './tenant-stage.ts';

const [one, two] = ['login.one.example', 'login.two.example'];
const email = 'same@example.org';

let server: TestServer;
before(async () => {
  server = await openStage();
  await newTenant(server, 'one', { name: 'One', hosts: [one, 'old.one.example'], domains: ['one.example'] });
  await newTenant(server, 'two', { hosts: [two] });
  await newTenant(server, 'three', { domains: ['three.example'] });
});
after(() => server[Symbol.asyncDispose]());

const get = (host: string, path: string, headers: Readonly<Record<string, string>> = {}) =>
  exactly(server, { method: 'GET', path, headers: { host: `${host}:8100`, ...headers } });

function claimsOf(token: string | undefined): Record<string, unknown> {
  return JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString());
}

describe('a tenant with a host', () => {
  test('has an issuer, discovery and keys of its own place', async () => {
    const { text } = await get(one, '/.well-known/openid-configuration');
    const metadata = JSON.parse(text);
    assert.equal(metadata.issuer, originAt(one));
    for (const [name, value] of Object.entries(metadata))
      if (name.endsWith('_endpoint') || name === 'jwks_uri')
        assert.ok(String(value).startsWith(`${originAt(one)}/`), name);
    assert.ok(JSON.parse((await get(one, '/.well-known/jwks.json')).text).keys.length > 0);
    const { servers } = JSON.parse((await get(one, '/openapi.json')).text);
    assert.equal(servers[0].url, originAt(one));
  });

  test('leads from its other names to the first, and takes nothing there', async () => {
    const answer = await get('old.one.example', '/sign-in?returnTo=%2Faccount');
    assert.deepEqual(
      [answer.status, answer.headers.location],
      [308, `${originAt(one)}/sign-in?returnTo=%2Faccount`],
    );
    const elsewhere = browserAt(server, 'old.one.example');
    assert.equal((await elsewhere.call('signIn', { body: { identifier: email, password } })).status, 404);
  });

  test('gives tokens of its own, and passkeys for its name', async () => {
    const { browser } = await someoneAt(server, one, 'tokens@example.org');
    const claims = claimsOf(browser.cookies.get(cookieNames.access));
    assert.deepEqual([claims.iss, claims.aud, claims.tenant], [originAt(one), originAt(one), 'one']);
    const { body } = await browser.call('passkeyOptions', { body: {} });
    assert.equal(body.options.rp.id, one);
    const again = await refresh(browser, 0);
    assert.equal(again.status, 200);
  });

  test('takes forms and calls from its own pages alone', async () => {
    const { browser } = await someoneAt(server, one, 'origins@example.org');
    for (const origin of [ownOrigin, originAt(two)]) {
      const { status, body } = await browser.call('refreshSession', { body: {}, headers: { origin } });
      assert.deepEqual([status, body.code], [403, 'foreign_origin']);
    }
  });

  test('is sent mail that leads to its host', async () => {
    const { browser } = await someoneAt(server, one, 'mail@example.org');
    const [mail] = await mailsTo(server, 'mail@example.org');
    assert.ok(mail);
    const link = linkIn(mail);
    assert.equal(link.origin, originAt(one));
    const token = link.searchParams.get('token') ?? '';
    assert.equal((await browserAt(server, two).call('verifyEmail', { body: { token } })).status, 410);
    assert.equal((await userAgent(server).call('verifyEmail', { body: { token } })).status, 410);
    assert.equal((await browser.call('verifyEmail', { body: { token } })).status, 200);
  });

  test('is reached by the links of an operator who invites', async () => {
    const headers = await withKey(server);
    const invite = { headers, query: { tenant: 'one' }, body: { email: 'invited@one.example' } };
    const { body } = await userAgent(server).call('adminCreateUser', invite);
    const link = new URL(body.link);
    assert.equal(link.origin, originAt(one));
    const page = await browserAt(server, one).fetch(`${link.pathname}${link.search}`);
    assert.equal(page.status, 200);
    const token = link.searchParams.get('token') ?? '';
    const used = await browserAt(server, one).call('useLink', { body: { token, password } });
    assert.deepEqual([used.status, used.body.user.email], [200, 'invited@one.example']);
    const applied = await userAgent(server).call('adminApply', {
      headers,
      body: { users: [{ tenant: 'one', email: 'applied@one.example' }] },
    });
    assert.equal(new URL(applied.body.changes[0].link).origin, originAt(one));
  });
});

describe('people of two tenants with one address, in one browser', () => {
  test('are two people with two sessions, and neither sees anything of the other', async () => {
    const [a, b] = [await someoneAt(server, one, email), await someoneAt(server, two, email)];
    const home = userAgent(server);
    await home.call('signUp', { body: { email, password } });
    assert.notEqual(a.userId, b.userId);
    for (const { browser, userId, sessionId } of [a, b]) {
      const { body } = await browser.call('getSession');
      assert.deepEqual([body.user.id, body.session.id], [userId, sessionId]);
      const { body: list } = await browser.call('listSessions');
      assert.deepEqual(
        list.sessions.map(({ id }: { id: string }) => id),
        [sessionId],
      );
    }
    assert.equal((await a.browser.call('endOneSession', { params: { id: b.sessionId } })).status, 404);
    assert.equal((await b.browser.call('getSession')).status, 200);
  });

  test('a cookie of one host is worth nothing at the other, nor at the installation’s', async () => {
    const { browser } = await someoneAt(server, one, 'cookies@example.org');
    const cookie = cookieHeader(browser);
    const origins = [originAt(two), ownOrigin];
    for (const origin of origins) {
      const host = new URL(origin).host;
      const shown = await exactly(server, { method: 'GET', path: '/api/session', headers: { host, cookie } });
      assert.deepEqual([shown.status, JSON.parse(shown.text).code], [401, 'session_required']);
      const renewed = await exactly(server, {
        method: 'POST',
        path: '/api/session/refresh',
        headers: { host, cookie, origin, 'content-type': 'application/json' },
        body: '{}',
      });
      assert.equal(renewed.status, 401);
      const page = await exactly(server, { method: 'GET', path: '/account', headers: { host, cookie } });
      assert.equal(page.status, 303);
      assert.match(page.headers.location ?? '', /^\/sign-in/);
    }
    assert.equal((await browser.call('getSession')).status, 200, 'and it was not ended by that');
    const home = userAgent(server);
    await home.call('signUp', { body: { email: 'home@example.org', password } });
    await home.call('signIn', { body: { identifier: 'home@example.org', password } });
    const headers = { cookie: cookieHeader(home) };
    assert.equal((await get(one, '/api/session', headers)).status, 401);
  });

  test('a password of one is no password of the other', async () => {
    await someoneAt(server, one, 'once@example.org');
    const there = browserAt(server, two);
    const { status } = await there.call('signIn', { body: { identifier: 'once@example.org', password } });
    assert.equal(status, 401);
  });
});

describe('the address of the installation', () => {
  test('serves a tenant without a host to people with its domain, to the last proof', async () => {
    const browser = userAgent(server);
    const address = 'ada@three.example';
    await browser.call('signUp', { body: { email: address, password } });
    const { status } = await browser.call('signIn', { body: { identifier: address, password } });
    assert.equal(status, 200);
    const claims = claimsOf(browser.cookies.get(cookieNames.access));
    assert.deepEqual([claims.iss, claims.tenant], [ownOrigin, 'three']);
    await deliverMails(server.argus.services);
    const [mail] = await mailsTo(server, address);
    assert.ok(mail);
    const token = linkIn(mail).searchParams.get('token') ?? '';
    assert.equal((await browser.call('verifyEmail', { body: { token } })).status, 200);
    await browser.call('beginRecovery', { body: { email: address } });
    const reset = (await mailsTo(server, address)).findLast(({ kind }) => kind === 'reset-password');
    assert.ok(reset);
    const link = linkIn(reset);
    const page = await userAgent(server).fetch(`${link.pathname}${link.search}`);
    assert.deepEqual([page.status, (await page.text()).includes(address)], [200, true]);
  });

  test('leads people to the host of the tenant that their domain names, and looks at no password', async () => {
    const browser = userAgent(server);
    const type = { 'content-type': 'application/x-www-form-urlencoded' };
    for (const [path, field] of [
      ['/sign-in', 'identifier'],
      ['/sign-up', 'email'],
      ['/recover', 'email'],
    ] as const) {
      const body = new URLSearchParams({ [field]: 'Ada@One.Example', password }).toString();
      const before = await holdings(server);
      const answer = await browser.fetch(path, { method: 'POST', headers: type, body });
      const page = await answer.text();
      assert.deepEqual([answer.status, page.includes(`href="${originAt(one)}${path}"`)], [200, true], path);
      assert.equal(answer.headers.get('refresh'), `0;url=${originAt(one)}${path}`);
      assert.deepEqual(await holdings(server), before);
    }
  });

  test('is where any name leads that is no tenant’s', async () => {
    for (const host of ['nobody.example', 'LOCALHOST', 'localhost.', 'one.example'])
      assert.equal(JSON.parse((await get(host, '/.well-known/openid-configuration')).text).issuer, ownOrigin);
  });

  test('does not know the clients of a tenant with a host, which its host knows', async () => {
    await registerClient(server, 'of-one', { tenant: 'one' as TenantId });
    const query = new URLSearchParams({
      client_id: 'of-one',
      redirect_uri: 'https://client.example/cb',
      response_type: 'code',
      scope: 'openid',
      state: 's',
      code_challenge: 'x'.repeat(43),
      code_challenge_method: 'S256',
    });
    const path = `/oauth/authorize?${query}`;
    assert.equal((await get('localhost', path)).status, 400);
    assert.equal((await get(two, path)).status, 400);
    assert.equal((await get(one, path)).status, 303);
  });

  test('cannot be taken by a tenant, nor can the first tenant leave it', async () => {
    const headers = await withKey(server);
    const change = (id: string, hosts: string[]) =>
      userAgent(server).call('adminChangeTenant', { headers, params: { id }, body: { hosts } });
    assert.equal((await change('default', ['login.default.example'])).status, 400);
    await using elsewhere = await openStage({ config: { issuer: 'https://id.example', origins: [] } });
    const body = { id: 'taker', hosts: ['id.example'] };
    const taken = await userAgent(elsewhere).call('adminCreateTenant', {
      headers: await withKey(elsewhere),
      body,
    });
    assert.deepEqual([taken.status, taken.body.errors[0].path], [400, 'body.hosts.0']);
  });
});

test('a host that is given away leaves no session behind within a second', async () => {
  const headers = await withKey(server);
  await newTenant(server, 'moving', { hosts: ['a.moving.example'] });
  const { browser } = await someoneAt(server, 'a.moving.example', email);
  const change = { headers, params: { id: 'moving' }, body: { hosts: ['b.moving.example'] } };
  await userAgent(server).call('adminChangeTenant', change);
  assert.equal((await browser.call('getSession')).status, 401);
  const cookie = cookieHeader(browser);
  assert.equal((await get('b.moving.example', '/api/session', { cookie })).status, 401);
});

describe('at the host of a suspended tenant', () => {
  test('pages and calls say so and nothing more, and keys and health stay', async () => {
    const headers = await withKey(server);
    await newTenant(server, 'closed', { name: 'Closed', hosts: ['login.closed.example'] });
    const { browser, sessionId } = await someoneAt(server, 'login.closed.example', email);
    const params = { id: 'closed' };
    await userAgent(server).call('adminSuspendTenant', { headers, params });
    for (const path of ['/sign-in', '/account', '/', '/oauth/authorize?client_id=x', '/link?token=x']) {
      const page = await browser.fetch(path);
      const html = await page.text();
      assert.deepEqual([page.status, html.includes('This organisation is suspended.')], [403, true], path);
      assert.ok(!html.includes('Closed<') && !html.includes(sessionId));
    }
    const { status, body } = await browser.call('signIn', { body: { identifier: email, password } });
    assert.deepEqual([status, body.code], [403, 'tenant_suspended']);
    assert.equal((await browser.call('refreshSession')).status, 403);
    for (const path of ['/.well-known/jwks.json', '/.well-known/openid-configuration', '/health/live'])
      assert.equal((await get('login.closed.example', path)).status, 200, path);
    server.clock.advance(5_000);
    await endTenants(server.argus.services);
    await userAgent(server).call('adminResumeTenant', { headers, params });
    assert.equal((await browser.call('getSession')).body.code, 'session_ended');
    assert.equal((await browser.call('signIn', { body: { identifier: email, password } })).status, 200);
  });
});

test('an authorization at the host of a tenant ends with tokens of that host', async () => {
  const client = await registerClient(server, 'of-two', { tenant: 'two' as TenantId });
  const person = await someoneAt(server, two, 'authorizing@example.org');
  const verifier = 'v'.repeat(43);
  const query = new URLSearchParams({
    client_id: client.id,
    redirect_uri: 'https://client.example/cb',
    response_type: 'code',
    scope: 'openid',
    state: 's',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const { url, page } = await travel(person.browser, `${originAt(two)}/oauth/authorize?${query}`);
  assert.equal(url?.searchParams.get('iss'), originAt(two), page);
  const code = url?.searchParams.get('code') ?? '';
  const redeem = (host: string) =>
    exactly(server, {
      method: 'POST',
      path: '/oauth/token',
      headers: {
        host: `${host}:8100`,
        authorization: `Basic ${Buffer.from('of-two:a secret of at least thirty-two characters').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        redirect_uri: 'https://client.example/cb',
        code_verifier: verifier,
      }).toString(),
    });
  for (const host of ['localhost', one]) assert.equal((await redeem(host)).status, 401, host);
  const { status, text } = await redeem(two);
  assert.equal(status, 200, text);
  const tokens = JSON.parse(text);
  assert.equal(claimsOf(tokens.id_token).iss, originAt(two));
  assert.deepEqual(
    [claimsOf(tokens.access_token).iss, claimsOf(tokens.access_token).tenant],
    [originAt(two), 'two'],
  );
});
