import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TenantId, UserId } from '@argus/contract';
import { disableIdleAccounts } from '@argus/server';
import { auditEvents } from '@argus/store';
import { mailsTo } from '@argus/testing/mailbox';
import { savePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { openStage, password, signIn, someone, withKey } from './stage.ts';

const day = 86_400_000;
const loose = { accounts: { disableIdleDays: 90 } };

let server: TestServer;
before(async () => {
  server = await openStage();
  await savePolicy(server, {
    ...loose,
    overrides: [{ when: { role: 'contractor' }, set: { accounts: { disableIdleDays: 35 } } }],
  });
});
after(() => server[Symbol.asyncDispose]());
beforeEach(async () => {
  // What earlier tests left behind is disabled by now.
  server.clock.advance(200 * day);
  await run();
});

async function run(): Promise<number> {
  server.argus.services.policies.forget();
  return disableIdleAccounts(server.argus.services, { tenant: '', user: null });
}
const roles = (userId: UserId, given: string) =>
  server.argus.services.store.pool.query('UPDATE users SET roles = $2 WHERE id = $1', [userId, given]);
const statusOf = async (userId: UserId) => {
  const { rows } = await server.argus.services.store.pool.query('SELECT status FROM users WHERE id = $1', [
    userId,
  ]);
  return rows[0].status;
};

describe('an account that nobody uses', () => {
  test('is disabled after ninety days, and not a millisecond before', async () => {
    const { userId, email } = await someone(server);
    server.clock.advance(90 * day - 1);
    assert.equal(await run(), 0);
    server.clock.advance(1);
    assert.equal(await run(), 1);
    assert.equal(await statusOf(userId), 'disabled');
    const { status } = await userAgent(server).call('signIn', { body: { identifier: email, password } });
    assert.equal(status, 401);
    assert.equal(await run(), 0);
  });

  test('is disabled sooner by a rule for its role', async () => {
    const { userId } = await someone(server);
    await roles(userId, '{contractor}');
    server.clock.advance(35 * day - 1);
    assert.equal(await run(), 0);
    server.clock.advance(1);
    assert.equal(await run(), 1);
  });

  test('is told by mail, and stands in the audit log', async () => {
    const { userId, email } = await someone(server);
    server.clock.advance(90 * day);
    await run();
    assert.equal((await mailsTo(server, email)).filter(({ kind }) => kind === 'account-disabled').length, 1);
    const { items } = await auditEvents(server.argus.services.store.pool, 'default' as TenantId, {
      userId,
      type: 'user.disabled',
      limit: 5,
    });
    assert.deepEqual(
      items.map(({ actor, reason }) => [actor, reason]),
      [['system', 'unused']],
    );
  });

  test('is used by every sign-in and every activity', async () => {
    const person = await someone(server);
    server.clock.advance(60 * day);
    await signIn(person.browser, person.email);
    server.clock.advance(30 * day);
    assert.equal(await run(), 0);
    server.clock.advance(60 * day);
    assert.equal(await run(), 1);
  });

  test('begins anew when an administrator lets its owner in again', async () => {
    const { userId, email } = await someone(server);
    server.clock.advance(90 * day);
    assert.equal(await run(), 1);
    const change = { params: { id: userId }, body: { status: 'active' }, headers: await withKey(server) };
    assert.equal((await userAgent(server).call('adminChangeUser', change)).status, 200);
    server.clock.advance(90 * day - 1);
    assert.equal(await run(), 0);
    await signIn(userAgent(server), email);
    server.clock.advance(1);
    assert.equal(await run(), 0);
  });

  test('stays where it is the last that rules its tenant', async () => {
    const [one, two] = [await someone(server), await someone(server)];
    for (const { userId } of [one, two]) await roles(userId, '{owner}');
    server.clock.advance(90 * day);
    assert.equal(await run(), 1);
    assert.deepEqual(
      [await statusOf(one.userId), await statusOf(two.userId)].toSorted((a, b) => a.localeCompare(b)),
      ['active', 'disabled'],
    );
    assert.equal(await run(), 0);
    await roles(one.userId, '{}');
    await roles(two.userId, '{}');
  });
});

test('where policy says nothing of it, nobody is ever disabled', async () => {
  await savePolicy(server, {});
  const { userId } = await someone(server);
  server.clock.advance(4_000 * day);
  assert.equal(await run(), 0);
  assert.equal(await statusOf(userId), 'active');
  await savePolicy(server, loose);
});

test('the whole of a large tenant is gone through in runs of a bounded size', async () => {
  for (let each = 0; each < 120; each += 1) await someone(server);
  server.clock.advance(90 * day);
  server.argus.services.policies.forget();
  const search = { tenant: '', user: null };
  const first = await disableIdleAccounts(server.argus.services, search);
  assert.ok(first <= 100, `${first} at once`);
  let all = first;
  for (let more = 0; more < 3; more += 1) all += await disableIdleAccounts(server.argus.services, search);
  assert.equal(all, 120);
});
