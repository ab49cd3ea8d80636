import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { balanced } from '@argus/core';
import { generousLimits } from '@argus/server';
import { auditEvents } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
const ada = 'ada@example.org';
const { failures: burst } = balanced.authentication.lockout;

function start(): Promise<TestServer> {
  const config = { trustedProxies: ['127.0.0.0/8'] };
  return startTestServer({ config, parts: { passwords: cheapPasswords, limits: generousLimits } });
}

const from = (server: TestServer, ip: string) => userAgent(server, { 'x-forwarded-for': ip });
const signIn = (browser: UserAgent, identifier: string, guess: string) =>
  browser.call('signIn', { body: { identifier, password: guess } });

async function withAda(server: TestServer): Promise<UserAgent> {
  const browser = from(server, '192.0.2.1');
  await browser.call('signUp', { body: { email: ada, password } });
  assert.equal((await signIn(browser, ada, password)).status, 200);
  return browser;
}

/** As many strangers as asked for, each from a network of its own, guess once each, one after the other. */
async function guess(server: TestServer, identifier: string, times: number): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let at = 1; at <= times; at += 1)
    replies.push(await signIn(from(server, `198.51.${at}.7`), identifier, 'wrong horse battery staple'));
  return replies;
}

test('guesses at one account from ever new networks are held back, and an unknown account answers just the same', async () => {
  await using server = await start();
  await withAda(server);
  const told = async (identifier: string) =>
    (await guess(server, identifier, burst + 3)).map(({ status, headers, body }) => [
      status,
      headers.get('retry-after'),
      body.code,
    ]);
  const [known, unknown] = [await told(ada), await told('nobody@example.org')];
  assert.deepEqual(known.slice(0, burst), Array(burst).fill([401, null, 'invalid_credentials']));
  assert.deepEqual(known.slice(burst), Array(3).fill([429, '900', 'slow_down']));
  assert.deepEqual(unknown, known);
});

test('parallel guesses do not all pass before the first of them has failed', async () => {
  await using server = await start();
  await withAda(server);
  const replies = await Promise.all(
    Array.from({ length: 60 }, (_, at) => signIn(from(server, `198.51.${at}.7`), ada, 'wrong')),
  );
  assert.equal(replies.filter(({ status }) => status === 401).length, burst);
});

test('while strangers guess, the owner signs in on a device of theirs', async () => {
  await using server = await start();
  const browser = await withAda(server);
  await guess(server, ada, burst + 20);
  assert.equal((await browser.call('endSession')).status, 204);
  assert.equal((await signIn(browser, ada, password)).status, 200);
});

test('somebody else’s device cookie does not pass for a device of the account', async () => {
  await using server = await start();
  await withAda(server);
  const eve = from(server, '203.0.113.5');
  await eve.call('signUp', { body: { email: 'eve@example.org', password } });
  await signIn(eve, 'eve@example.org', password);
  await guess(server, ada, burst);
  assert.equal((await signIn(eve, ada, 'wrong')).status, 429);
});

test('a stolen device cookie guesses no more than what known devices may', async () => {
  await using server = await start();
  const browser = await withAda(server);
  const statuses: number[] = [];
  for (let at = 0; at < 100; at += 1) statuses.push((await signIn(browser.copy(), ada, 'wrong')).status);
  // One of the limit went to the true sign-in only if that was on a known device, which the first never is.
  assert.equal(statuses.filter((status) => status === 401).length, burst);
});

test('the lock ends with its time, and a right password costs nothing', async () => {
  await using server = await start();
  await withAda(server);
  await guess(server, ada, burst + 1);
  server.clock.advance(899_000);
  assert.equal((await signIn(from(server, '203.0.113.9'), ada, password)).status, 429);
  server.clock.advance(1_000);
  for (let at = 0; at < 5; at += 1)
    assert.equal((await signIn(from(server, '203.0.113.9'), ada, password)).status, 200);
});

test('one network tries many accounts only so often, and another network is free', async () => {
  await using server = await start();
  const statuses: number[] = [];
  for (let at = 0; at < generousLimits.network.burst + 10; at += 1)
    statuses.push(
      (await signIn(from(server, `203.0.113.${at % 250}`), `p${at}@example.org`, 'wrong')).status,
    );
  assert.equal(statuses.filter((status) => status === 401).length, generousLimits.network.burst);
  assert.equal((await signIn(from(server, '203.0.114.1'), 'p1@example.org', 'wrong')).status, 401);
});

test('a thief in a session guesses its password only so often, and the guesses end nothing', async () => {
  await using server = await start();
  const browser = await withAda(server);
  const change = (currentPassword: string) =>
    browser.call('changePassword', { body: { currentPassword, newPassword: `${password} and more` } });
  const statuses: number[] = [];
  for (let at = 0; at < 15; at += 1) statuses.push((await change('wrong')).status);
  assert.deepEqual(statuses, [...Array(10).fill(401), ...Array(5).fill(429)]);
  assert.equal((await browser.call('getSession')).status, 200);
});

test('five hundred guesses leave a bounded number of lines in the audit log, and its owner reads of them', async () => {
  await using server = await start();
  const browser = await withAda(server);
  const before = await count(server);
  await guess(server, ada, 250);
  await guess(server, 'nobody@example.org', 250);
  // Each wrong one, the lock, and one line of the flood that the network layer keeps out.
  assert.equal((await count(server)) - before, 2 * (burst + 2));
  const { body } = await browser.call('listSecurityEvents');
  const told = (type: string) => body.events.filter((event: { type: string }) => event.type === type).length;
  assert.deepEqual([told('user.locked'), told('tries.slowed')], [1, 1]);
  const { items } = await auditEvents(server.argus.services.store.pool, 'default' as TenantId, {
    type: 'tries.slowed',
    limit: 10,
  });
  assert.deepEqual(
    items.map((event) => [event.reason, event.userId !== undefined]),
    [
      ['account', false],
      // What stands for the lock of an address that nobody has.
      ['account', false],
      ['account', true],
    ],
  );
  const page = await server.argus.services.metrics.page();
  assert.match(page, /argus_throttled_total\{limit="account"\} 300/);
  assert.match(page, /argus_lockouts_total\{outcome="locked"\} 2/);
});

async function count(server: TestServer): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query('SELECT count(*) AS n FROM audit_events');
  return rows[0].n;
}
