import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generousLimits } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';

function start(): Promise<TestServer> {
  return startTestServer({ parts: { passwords: cheapPasswords, limits: generousLimits } });
}

async function count(server: TestServer, table: 'audit_events' | 'users'): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query(`SELECT count(*) AS n FROM ${table}`);
  return rows[0].n;
}

test('a flood of new accounts from one network stops at its limit', async () => {
  await using server = await start();
  const statuses: number[] = [];
  for (let at = 0; at < 80; at += 1) {
    const body = { email: `p${at}@example.org`, password };
    statuses.push((await userAgent(server).call('signUp', { body })).status);
  }
  assert.equal(statuses.filter((status) => status === 201).length, generousLimits.signUp.burst);
  assert.equal(await count(server, 'users'), generousLimits.signUp.burst);
});

test('a flood of sign-ups with one address is held back alike, whether the address is known or not', async () => {
  const flood = async (isKnown: boolean) => {
    await using server = await start();
    if (isKnown) {
      const id = server.argus.services.random.uuid();
      await server.argus.services.store.pool.query(
        `INSERT INTO users (tenant_id, id, email, status, created_at) VALUES ('default', $1, 'ada@example.org', 'active', now())`,
        [id],
      );
    }
    const statuses: number[] = [];
    for (let at = 0; at < 30; at += 1) {
      const body = { email: 'ada@example.org', password };
      statuses.push((await userAgent(server).call('signUp', { body })).status);
    }
    return statuses;
  };
  const known = await flood(true);
  assert.deepEqual(known, [...Array(10).fill(201), ...Array(20).fill(429)]);
  assert.deepEqual(await flood(false), known);
});

test('a flood of links that never were stops at the limit of the network', async () => {
  await using server = await start();
  const statuses: number[] = [];
  for (let at = 0; at < generousLimits.network.burst + 20; at += 1) {
    const body = { token: `guess-${at}`, password };
    statuses.push((await userAgent(server).call('useLink', { body })).status);
  }
  assert.equal(statuses.filter((status) => status === 410).length, generousLimits.network.burst);
  assert.equal(statuses.filter((status) => status === 429).length, 20);
});

test('a dead refresh token that is shown a hundred times writes a few lines and stays a clear no', async () => {
  await using server = await start();
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password } });
  await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
  const kept = browser.copy();
  await browser.call('endSession');
  const before = await count(server, 'audit_events');
  for (let at = 0; at < 100; at += 1)
    assert.equal((await kept.copy().call('refreshSession', { body: {} })).body.code, 'session_ended');
  assert.equal((await count(server, 'audit_events')) - before, generousLimits.refusedRefresh.burst);
});

test('a session that renews itself without end is slowed and not ended', async () => {
  await using server = await start();
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password } });
  await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
  const statuses: number[] = [];
  for (let at = 0; at < 150; at += 1)
    statuses.push((await browser.call('refreshSession', { body: {} })).status);
  assert.equal(statuses.filter((status) => status === 200).length, generousLimits.refresh.burst);
  assert.equal(statuses.at(-1), 429);
  server.clock.advance(1_000);
  assert.equal((await browser.call('refreshSession', { body: {} })).status, 200);
});

test('a replayed refresh token is caught and told even when the family was renewed up to its limit', async () => {
  await using server = await start();
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password } });
  await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
  const thief = browser.copy();
  for (let at = 0; at < 125; at += 1) await browser.call('refreshSession', { body: {} });
  server.clock.advance(60_000);
  assert.equal((await thief.call('refreshSession', { body: {} })).body.code, 'session_ended');
  assert.equal((await browser.call('refreshSession', { body: {} })).body.code, 'session_ended');
  const { rows } = await server.argus.services.store.pool.query(
    `SELECT count(*) AS n FROM audit_events WHERE type = 'session.reuse-detected'`,
  );
  assert.equal(rows[0].n, 1);
});
