import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { balanced } from '@argus/core';
import { completeRecoveries, erasePeople, forgetWhatExpired } from '@argus/server';
import { mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { newKey, withApp, withPasskey } from './authenticator-stage.ts';
import {
  administrator,
  openStage,
  type Person,
  password,
  refresh,
  signIn,
  someone,
  withKey,
} from './stage.ts';

const hour = 3_600_000;
let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const erased = (browser: UserAgent, confirm: string) => browser.call('eraseAccount', { body: { confirm } });

/** Until the last piece is gone. */
async function finish(email: string): Promise<void> {
  await mailsTo(server, email);
  await erasePeople(server.argus.services);
}

/** Every row of every table, as text. */
async function everything(): Promise<Map<string, string>> {
  const { pool } = server.argus.services.store;
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
  );
  const all = new Map<string, string>();
  for (const { name } of tables) {
    const { rows } = await pool.query<{ rows: string | null }>(
      `SELECT string_agg(t::text, E'\\n') AS rows FROM ${name} t`,
    );
    all.set(name, rows[0]?.rows ?? '');
  }
  return all;
}

describe('somebody who erases their account', () => {
  test('is signed out everywhere at once, and every cookie of ours leaves the browser', async () => {
    const { browser, email } = await someone(server);
    const second = userAgent(server);
    await signIn(second, email);
    const { status, body } = await erased(browser, email.toUpperCase());
    assert.deepEqual([status, body], [202, { state: 'erasing' }]);
    assert.deepEqual([...browser.cookies], []);
    assert.equal((await second.call('getSession')).status, 401);
    assert.equal((await refresh(second)).status, 401);
    assert.equal(
      (await userAgent(server).call('signIn', { body: { identifier: email, password } })).status,
      401,
    );
  });

  test('is told by mail, and services that follow hear of it', async () => {
    const { browser, email, userId, sessionId } = await someone(server);
    await erased(browser, email);
    const mail = (await mailsTo(server, email)).at(-1);
    assert.equal(mail?.kind, 'account-erased');
    const { feed, store } = server.argus.services;
    await feed.settle('default');
    const { rows } = await store.pool.query<{
      event: { type: string; sub?: string; sid?: string; reason?: string };
    }>('SELECT event FROM feed_events ORDER BY seq');
    const told = rows.map(({ event }) => event);
    assert.ok(told.some(({ type, sub }) => type === 'user-ended' && sub === userId));
    assert.ok(told.some(({ sid, reason }) => sid === sessionId && reason === 'user-erased'));
  });

  test('is in no table any more, and nothing that a browser still holds brings them back', async () => {
    const person = await someone(server);
    const device = 'Mozilla/5.0 (X11; Erasable) Gecko/20100101 Firefox/145.0';
    const browser = userAgent(server, { 'user-agent': device });
    const { sessionId } = await signIn(browser, person.email);
    const owner = await withApp(server, person);
    await withPasskey(owner, newKey(), { uv: true });
    const key = { headers: await withKey(server), params: { id: person.userId } };
    await userAgent(server).call('adminStartRecovery', key);
    await person.browser.call('changeEmail', { body: { email: 'next-of-theirs@example.org' } });
    const held = browser.copy({ 'user-agent': device });
    assert.equal(
      (await erased(browser, person.email)).status,
      401,
      'the factor that was set up is asked for first',
    );
    assert.equal((await erased(person.browser, person.email)).status, 202);
    await finish(person.email);
    // What comes too late is refused, and leaves no line about who it was.
    for (const name of ['getSession', 'refreshSession', 'exportAccount'] as const)
      assert.equal((await held.call(name)).status, 401);
    await userAgent(server, { 'user-agent': device }).call('beginRecovery', {
      body: { email: person.email },
    });
    await userAgent(server, { 'user-agent': device }).call('signIn', {
      body: { identifier: person.email, password },
    });
    server.clock.advance(48 * hour);
    await completeRecoveries(server.argus.services);
    await server.argus.services.feed.settle('default');
    await forgetWhatExpired(server.argus.services);
    const all = await everything();
    const theirs = [
      person.userId,
      sessionId,
      person.sessionId,
      person.email,
      'next-of-theirs@example.org',
      'Person 3',
    ];
    for (const [table, rows] of all)
      for (const mark of theirs) assert.ok(!rows.includes(mark), `${mark} in ${table}`);
    const lines = (all.get('audit_events') ?? '').split('\n').filter((line) => line.includes('Erasable'));
    // Strangers who try an address leave where they came from, as with any address that nobody has.
    for (const line of lines) assert.match(line, /user\.recovery-asked|sign-in\.refused/);
  });

  test('may sign up again, as somebody new', async () => {
    const { browser, email, userId } = await someone(server);
    await erased(browser, email);
    await finish(email);
    const again = userAgent(server);
    await again.call('signUp', { body: { email, password } });
    const known = await signIn(again, email);
    assert.notEqual(known.userId, userId);
    const { body } = await again.call('listSecurityEvents');
    assert.equal(body.events.at(-1).type, 'user.created');
  });

  test('says the address, or nothing happens', async () => {
    const { browser } = await someone(server);
    const { status, body } = await erased(browser, 'somebody-else@example.org');
    assert.deepEqual([status, body.errors[0].path], [400, 'body.confirm']);
    assert.equal((await browser.call('getSession')).status, 200);
  });

  test('proves afresh who they are, even where policy calls nothing sensitive', async () => {
    const { authentication } = balanced;
    const policy = {
      ...balanced,
      authentication: { ...authentication, stepUp: { ...authentication.stepUp, for: [] } },
    };
    await using lax = await openStage({ parts: { policy } });
    const { browser, email } = await someone(lax);
    lax.clock.advance(16 * 60_000);
    await refresh(browser);
    const { status, body } = await erased(browser, email);
    assert.deepEqual([status, body.code], [401, 'insufficient_user_authentication']);
    await browser.call('stepUpWithPassword', { body: { password } });
    assert.equal((await erased(browser, email)).status, 202);
  });

  test('stays while nobody else owns the tenant', async () => {
    const owner = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{owner,admin}' WHERE id = $1", [owner.userId]);
    const { status, body } = await erased(owner.browser, owner.email);
    assert.deepEqual([status, body.code], [409, 'last_owner']);
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [owner.userId]);
  });
});

describe('an administrator who erases somebody', () => {
  const call = (by: UserAgent, target: Person, confirm = target.email) =>
    by.call('adminEraseUser', { params: { id: target.userId }, body: { confirm } });

  test('sees them on the way out, and can do nothing about it any more', async () => {
    const admin = await administrator(server);
    const target = await someone(server);
    const { status, body } = await call(admin.browser, target);
    assert.deepEqual([status, body.status, body.liveSessions], [202, 'erasing', 0]);
    assert.equal((await target.browser.call('getSession')).status, 401);
    const back = await admin.browser.call('adminChangeUser', {
      params: { id: target.userId },
      body: { status: 'active' },
    });
    assert.deepEqual([back.status, back.body.code], [409, 'conflict']);
    const again = await call(admin.browser, target);
    assert.deepEqual([again.status, again.body.code], [409, 'conflict']);
    await finish(target.email);
    const { body: found } = await admin.browser.call('adminListUsers', { query: { email: target.email } });
    assert.deepEqual(found.users, []);
  });

  test('does it to nobody who may do more', async () => {
    const admin = await administrator(server);
    const owner = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{owner}' WHERE id = $1", [owner.userId]);
    const { status, body } = await call(admin.browser, owner);
    assert.deepEqual([status, body.code], [403, 'denied']);
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [owner.userId]);
  });

  test('names whom they mean', async () => {
    const admin = await administrator(server);
    const target = await someone(server);
    assert.equal((await call(admin.browser, target, admin.email)).status, 400);
    assert.equal((await target.browser.call('getSession')).status, 200);
  });

  test('finds nobody in another tenant', async () => {
    const target = await someone(server);
    const headers = await withKey(server);
    await userAgent(server).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
    const asked = {
      headers,
      params: { id: target.userId },
      query: { tenant: 'other' },
      body: { confirm: target.email },
    };
    assert.equal((await userAgent(server).call('adminEraseUser', asked)).status, 404);
  });

  test('is named in the log, which keeps the line without whom it was done to', async () => {
    const admin = await administrator(server);
    const target = await someone(server);
    await call(admin.browser, target);
    await finish(target.email);
    const types = ['user.erasure-begun', 'user.erased'] as const;
    const named = new Set<string>();
    for (const type of types) {
      const { body } = await admin.browser.call('adminListAuditEvents', { query: { type } });
      const [line] = body.events;
      assert.equal(line.actor, type === 'user.erased' ? 'system' : `administrator:${admin.userId}`);
      assert.notEqual(line.userId, target.userId);
      named.add(line.userId);
    }
    assert.equal(named.size, 1);
  });
});

describe('without script', () => {
  const tokenIn = (html: string) =>
    /name="formToken" value="([^"]+)"/.exec(html)?.[1] ?? assert.fail('no form token');
  const post = async (
    browser: UserAgent,
    path: string,
    page: string,
    fields: Record<string, string> = {},
  ) => {
    const formToken = tokenIn(await (await browser.fetch(page)).text());
    return browser.fetch(path, { method: 'POST', body: new URLSearchParams({ formToken, ...fields }) });
  };

  test('the account page gives the file', async () => {
    const { browser, email } = await someone(server);
    const answer = await post(browser, '/account/export', '/account');
    assert.match(answer.headers.get('content-disposition') ?? '', /attachment/);
    assert.equal((JSON.parse(await answer.text()) as { profile: { email: string } }).profile.email, email);
  });

  test('a page asks before the account goes, and says so afterwards', async () => {
    const { browser, email } = await someone(server);
    const wrong = await post(browser, '/account/erase', '/account/erase', { confirm: 'x@example.org' });
    assert.equal(wrong.status, 400);
    assert.match(await wrong.text(), /not the address of your account/);
    const done = await post(browser, '/account/erase', '/account/erase', { confirm: email });
    assert.equal(done.status, 200);
    assert.match(await done.text(), /Your account is being erased/);
    assert.deepEqual([...browser.cookies], []);
  });

  test('both lead through a fresh proof', async () => {
    const { browser, email } = await someone(server);
    server.clock.advance(16 * 60_000);
    for (const [path, page, back] of [
      ['/account/export', '/account', '/account#your-data'],
      ['/account/erase', '/account/erase', '/account/erase'],
    ] as const) {
      const answer = await post(browser, path, page, { confirm: email });
      assert.equal(answer.status, 303);
      const to = new URL(answer.headers.get('location') ?? '', server.url);
      assert.deepEqual([to.pathname, to.searchParams.get('returnTo')], ['/step-up', back]);
    }
  });
});
