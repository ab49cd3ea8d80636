import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generousLimits } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { administrator, openStage, password, refresh, someone, withKey } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage({ parts: { limits: generousLimits } });
});
after(() => server[Symbol.asyncDispose]());

describe('somebody’s own export', () => {
  test('is the whole of it, as a file to keep', async () => {
    const { browser, email, userId, sessionId } = await someone(server);
    const { status, body, headers } = await browser.call('exportAccount');
    assert.equal(status, 200);
    assert.match(headers.get('content-disposition') ?? '', /^attachment; filename="my-data\.json"$/);
    assert.deepEqual([body.profile.id, body.profile.email], [userId, email]);
    assert.deepEqual(
      body.sessions.map(({ id }: { id: string }) => id),
      [sessionId],
    );
    const types = body.auditEvents.map(({ type }: { type: string }) => type);
    for (const type of ['user.created', 'sign-in.succeeded', 'user.exported'])
      assert.ok(types.includes(type), type);
  });

  test('takes a fresh proof, and says which', async () => {
    const { browser } = await someone(server);
    server.clock.advance(16 * 60_000);
    await refresh(browser);
    const stale = await browser.call('exportAccount');
    assert.deepEqual([stale.status, stale.body.code], [401, 'insufficient_user_authentication']);
    assert.match(stale.headers.get('www-authenticate') ?? '', /max_age/);
    await browser.call('stepUpWithPassword', { body: { password } });
    assert.equal((await browser.call('exportAccount')).status, 200);
  });

  test('holds no secret: neither the password nor what a mailed link proves by', async () => {
    const { browser, email } = await someone(server);
    const { body } = await browser.call('exportAccount');
    const text = JSON.stringify(body);
    const tokens = (await mailsTo(server, email)).map((mail) => linkIn(mail).searchParams.get('token') ?? '');
    for (const secret of [password, ...tokens, ...browser.cookies.values()].filter(Boolean))
      assert.ok(!text.includes(secret));
  });

  test('is not asked for again and again', async () => {
    const { browser } = await someone(server);
    const statuses: number[] = [];
    for (let time = 0; time < 6; time += 1) statuses.push((await browser.call('exportAccount')).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429]);
  });

  test('breaks off where the database fails, so that half of it never looks like the whole', async (t) => {
    const { browser } = await someone(server);
    const { pool } = server.argus.services.store;
    const query = pool.query.bind(pool) as (...asked: unknown[]) => unknown;
    t.mock.method(pool, 'query', (...asked: unknown[]) => {
      if ((asked[0] as { name?: string }).name === 'export-auditEvents')
        throw new Error('the database is gone');
      return query(...asked);
    });
    const answer = await browser.fetch('/api/account/export');
    assert.equal(answer.status, 200);
    await assert.rejects(answer.text());
  });

  test('is nobody else’s', async () => {
    assert.equal((await userAgent(server).call('exportAccount')).status, 401);
  });
});

describe('the export of a user by an administrator', () => {
  test('is the same document, and the person finds in the log who had it', async () => {
    const admin = await administrator(server);
    const { userId, email, browser } = await someone(server);
    const { status, body } = await admin.browser.call('adminExportUser', { params: { id: userId } });
    assert.deepEqual([status, body.profile.email], [200, email]);
    const { body: own } = await browser.call('exportAccount');
    const [by] = own.auditEvents.filter(({ type }: { type: string }) => type === 'user.exported');
    assert.equal(by.actor, `administrator:${admin.userId}`);
  });

  test('is refused to whose roles do not carry it', async () => {
    const { userId } = await someone(server);
    const analyst = await someone(server);
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{security-analyst}' WHERE id = $1", [analyst.userId]);
    const { status, body } = await analyst.browser.call('adminExportUser', { params: { id: userId } });
    assert.deepEqual([status, body.permission], [403, 'export-users']);
  });

  test('finds nobody in another tenant', async () => {
    const { userId } = await someone(server);
    const headers = await withKey(server);
    await userAgent(server).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
    const asked = { headers, params: { id: userId }, query: { tenant: 'other' } };
    assert.equal((await userAgent(server).call('adminExportUser', asked)).status, 404);
  });
});
