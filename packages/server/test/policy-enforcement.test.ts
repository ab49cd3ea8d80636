import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { endEarlyOnes, endExpiredSessions, enforcePolicies } from '@argus/server';
import { auditEvents, tenantsToEnforce } from '@argus/store';
import { changePolicy as change, savePolicy as save } from '@argus/testing/policies';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { otherNode, rowOf } from './enforcement-stage.ts';
import { openStage, refresh, someone, tenant } from './stage.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => change(server, {}));

/** What the feed was told of a session. */
async function toldOf(sessionId: string): Promise<unknown[]> {
  const { pool } = server.argus.services.store;
  const { rows } = await pool.query<{ event: { reason?: string } }>(
    `SELECT event FROM feed_pending WHERE event->>'sid' = $1 UNION ALL SELECT event FROM feed_events WHERE event->>'sid' = $1`,
    [sessionId],
  );
  return rows.map(({ event }) => event.reason);
}

describe('a session that lives when policy becomes tighter', () => {
  test('lives a second before its new idle limit, and is over at it', async () => {
    const [early, late] = [await someone(server), await someone(server)];
    server.clock.advance(10 * minute - second);
    await change(server, { session: { idleMinutes: 10 } });
    assert.equal((await rowOf(server, early.sessionId)).state, 'active');
    assert.equal((await refresh(early.browser)).status, 200);
    await change(server, {});
    server.clock.advance(second);
    const { idle_expires_at: end } = await rowOf(server, late.sessionId);
    assert.equal(end, server.clock.now(), 'what was made shorter is not made longer again');
    assert.equal((await refresh(late.browser)).body.code, 'session_ended');
  });

  test('ends at its new idle limit with its reason, and everybody is told', async () => {
    const person = await someone(server);
    server.clock.advance(10 * minute);
    const done = await change(server, { session: { idleMinutes: 10 } });
    assert.ok(done.isSettled && done.ended >= 1);
    const { state, end_reason: reason } = await rowOf(server, person.sessionId);
    assert.deepEqual([state, reason], ['ended', 'policy-changed']);
    assert.deepEqual(await toldOf(person.sessionId), ['policy-changed']);
    const { pool } = server.argus.services.store;
    const { items } = await auditEvents(pool, tenant, {
      sessionId: person.sessionId,
      type: 'session.ended',
      limit: 9,
    });
    assert.deepEqual(
      items.map(({ reason: why, actor }) => [why, actor]),
      [['policy-changed', 'system']],
    );
  });

  test('lives a second before its new absolute limit, and is over at it', async () => {
    const [early, late] = [await someone(server), await someone(server)];
    for (let at = 0; at < 3; at += 1) {
      server.clock.advance(20 * minute);
      for (const { browser } of [early, late]) assert.equal((await refresh(browser, 0)).status, 200);
    }
    server.clock.advance(minute - second);
    await change(server, { session: { absoluteHours: 1 + 1 / 60 } });
    assert.equal((await rowOf(server, early.sessionId)).state, 'active');
    await change(server, {});
    server.clock.advance(second);
    assert.equal((await refresh(late.browser, 0)).body.code, 'session_ended');
    await change(server, { session: { absoluteHours: 1 + 1 / 60 } });
    await endExpiredSessions(server.argus.services, { place: null });
    assert.equal((await rowOf(server, late.sessionId)).end_reason, 'absolute-expired');
  });

  test('keeps the pair of limits that its person asked for', async () => {
    const [usual, remembered] = [await someone(server), await someone(server)];
    await server.argus.services.store.pool.query('UPDATE sessions SET is_remembered = true WHERE id = $1', [
      remembered.sessionId,
    ]);
    server.clock.advance(11 * minute);
    await change(server, { session: { idleMinutes: 10, rememberMe: { idleDays: 0.25 } } });
    assert.equal((await rowOf(server, usual.sessionId)).state, 'ended');
    assert.equal((await rowOf(server, remembered.sessionId)).state, 'active');
    await change(server, { session: { idleMinutes: 10, rememberMe: { allowed: false } } });
    assert.equal((await rowOf(server, remembered.sessionId)).end_reason, 'policy-changed');
  });

  test('ends only where the rule is for its person', async () => {
    const [ruler, other] = [await someone(server), await someone(server)];
    const { pool } = server.argus.services.store;
    await pool.query("UPDATE users SET roles = '{admin}' WHERE id = $1", [ruler.userId]);
    server.clock.advance(6 * minute);
    await change(server, { overrides: [{ when: { role: 'admin' }, set: { session: { idleMinutes: 5 } } }] });
    assert.equal((await rowOf(server, ruler.sessionId)).state, 'ended');
    const { state, idle_expires_at: end, last_active_at: active } = await rowOf(server, other.sessionId);
    assert.deepEqual([state, end - active], ['active', 30 * minute]);
    await pool.query("UPDATE users SET roles = '{}' WHERE id = $1", [ruler.userId]);
  });

  test('is left alone by a looser one', async () => {
    const person = await someone(server);
    const before = await rowOf(server, person.sessionId);
    const { ended, tightened } = await change(server, { session: { idleMinutes: 600, absoluteHours: 100 } });
    assert.deepEqual([ended, tightened], [0, 0]);
    assert.deepEqual(await rowOf(server, person.sessionId), before);
  });
});

describe('a session that policy made shorter', () => {
  test('is told of when it ends, because tokens of it say that it lives on', async () => {
    const person = await someone(server);
    server.clock.advance(8 * minute);
    await refresh(person.browser, 0);
    await change(server, { session: { idleMinutes: 2 } });
    const { services } = server.argus;
    server.clock.advance(2 * minute - second);
    assert.equal(await endEarlyOnes(services), 0);
    server.clock.advance(second);
    assert.equal(await endEarlyOnes(services), 1);
    assert.equal((await rowOf(server, person.sessionId)).end_reason, 'idle-expired');
    assert.deepEqual(await toldOf(person.sessionId), ['idle-expired']);
    await endEarlyOnes(services);
    const { rows } = await services.store.pool.query('SELECT FROM early_ends');
    assert.equal(rows.length, 0, 'and forgotten');
  });

  test('is told of by the walk over all sessions, too', async () => {
    const person = await someone(server);
    await change(server, { session: { idleMinutes: 2 } });
    server.clock.advance(2 * minute);
    await endExpiredSessions(server.argus.services, { place: null });
    assert.deepEqual(await toldOf(person.sessionId), ['idle-expired']);
  });

  test('is looked at again when its person goes on, until no token outlives it', async () => {
    const person = await someone(server);
    await change(server, { session: { idleMinutes: 4 } });
    const { services } = server.argus;
    const due = async () => (await services.store.pool.query('SELECT due_at FROM early_ends')).rows;
    const [{ due_at: first }] = await due();
    server.clock.advance(minute);
    await refresh(person.browser, 0);
    server.clock.advance(3 * minute);
    assert.equal(await endEarlyOnes(services), 0);
    assert.deepEqual(await due(), [], `it ends a minute after ${first}, when its first token is over`);
    server.clock.advance(minute);
    await endExpiredSessions(services, { place: null });
    assert.deepEqual(await toldOf(person.sessionId), [], 'nobody needs to hear');
  });
});

describe('what a node saved and did not live to enforce', () => {
  test('is enforced by the next look of any node, once', async () => {
    const person = await someone(server);
    server.clock.advance(10 * minute);
    await save(server, { session: { idleMinutes: 10 } });
    const { services } = server.argus;
    assert.deepEqual(await tenantsToEnforce(services.store.pool, 9), [tenant]);
    assert.equal(await enforcePolicies(services), 1);
    assert.equal((await rowOf(server, person.sessionId)).end_reason, 'policy-changed');
    assert.equal(await enforcePolicies(services), 0);
  });

  test('two nodes enforce at once, and each session ends once', async () => {
    await using node = await startTestServer(otherNode(server));
    const people = [];
    for (let number = 0; number < 20; number += 1) people.push(await someone(server));
    server.clock.advance(10 * minute);
    await save(server, { session: { idleMinutes: 10 } });
    await Promise.all([server, node].map(({ argus }) => enforcePolicies(argus.services)));
    await enforcePolicies(server.argus.services);
    for (const { sessionId } of people) assert.deepEqual(await toldOf(sessionId), ['policy-changed']);
    assert.deepEqual(await tenantsToEnforce(server.argus.services.store.pool, 9), []);
  });
});

test('a person reads why in the history of their sessions', async () => {
  const person = await someone(server);
  server.clock.advance(10 * minute);
  await change(server, { session: { idleMinutes: 10 } });
  await change(server, {});
  await person.browser.call('signIn', {
    body: { identifier: person.email, password: 'correct horse battery staple' },
  });
  const { body } = await person.browser.call('sessionHistory');
  assert.equal(body.sessions[0].endReason, 'policy-changed');
});

test('what is counted: sessions that ended by policy, and those that were made shorter', async () => {
  await someone(server);
  server.clock.advance(hour / 6);
  await someone(server);
  await change(server, { session: { idleMinutes: 10 } });
  const page = await server.argus.services.metrics.page();
  assert.match(page, /^argus_sessions_ended_total\{reason="policy-changed"\} [1-9]/m);
  assert.match(page, /^argus_sessions_tightened_total [1-9]/m);
  assert.match(page, /^argus_policy_enforcement_seconds_count [1-9]/m);
});
