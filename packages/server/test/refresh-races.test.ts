import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import type { SessionId, TenantId, UserId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { cheapPasswords, strictRetry } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { chrome, firefox, type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
const tenant = 'default' as TenantId;
let server: TestServer;
let people = 0;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

interface Person {
  readonly browser: UserAgent;
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

async function someone(): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.org`;
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email, password } });
  const { body } = await browser.call('signIn', { body: { identifier: email, password } });
  return { browser, userId: body.user.id, sessionId: body.session.id };
}

const refresh = (browser: UserAgent) => browser.call('refreshSession', { body: { idleSeconds: 0 } });

async function eventsOf(sessionId: SessionId, type: string) {
  const { items } = await auditEvents(server.argus.services.store.pool, tenant, { sessionId, limit: 100 });
  return items.filter((event) => event.type === type);
}

/** Every live grant of a user that could still rotate. */
async function liveGrants(userId: UserId): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query(
    `SELECT count(*) AS live FROM grants g JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id
     WHERE g.tenant_id = $1 AND s.user_id = $2 AND (g.status = 'active' OR s.state = 'active')`,
    [tenant, userId],
  );
  return rows[0].live;
}

function tally(replies: readonly Reply[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

test('a hundred parallel refreshes of one token from one browser rotate once and all give one successor', async () => {
  const { browser, sessionId } = await someone();
  const copies = Array.from({ length: 100 }, () => browser.copy());
  const replies = await Promise.all(copies.map(refresh));
  assert.deepEqual(tally(replies), { 200: 100 });
  assert.equal(new Set(copies.map((copy) => copy.cookies.get('__Host-argus_refresh'))).size, 1);
  assert.equal((await eventsOf(sessionId, 'session.refreshed')).length, 1);
  assert.equal((await eventsOf(sessionId, 'session.refresh-repeated')).length, 99);
});

test('a hundred parallel refreshes from two different browsers leave no live token', async () => {
  const { browser, userId, sessionId } = await someone();
  const copies = Array.from({ length: 100 }, (_, at) =>
    browser.copy({ 'user-agent': at % 2 ? chrome : firefox }),
  );
  await Promise.all(copies.map(refresh));
  assert.equal(await liveGrants(userId), 0);
  assert.ok((await eventsOf(sessionId, 'session.refreshed')).length <= 1);
  assert.deepEqual(tally(await Promise.all(copies.map(refresh))), { 401: 100 });
});

test('a hundred parallel refreshes with no retry window rotate once, then end the session', async () => {
  await using strict = await startTestServer({ parts: { policy: strictRetry, passwords: cheapPasswords } });
  const browser = userAgent(strict);
  await browser.call('signUp', { body: { email: 'strict@example.org', password } });
  await browser.call('signIn', { body: { identifier: 'strict@example.org', password } });
  const copies = Array.from({ length: 100 }, () => browser.copy());
  const replies = await Promise.all(copies.map(refresh));
  assert.deepEqual(tally(replies), { 200: 1, 401: 99 });
  assert.deepEqual(tally(await Promise.all(copies.map(refresh))), { 401: 100 });
});

test('the answer that was lost is given again, byte for byte in its refresh token', async () => {
  const { browser } = await someone();
  const copy = browser.copy();
  await refresh(browser);
  server.clock.advance(9_999);
  assert.equal((await refresh(copy)).status, 200);
  assert.equal(copy.cookies.get('__Host-argus_refresh'), browser.cookies.get('__Host-argus_refresh'));
});

const operatorKey = () => readFile(server.operatorKeyFile, 'utf8').then((text) => text.trim());

const races: readonly [name: string, act: (person: Person) => Promise<unknown>][] = [
  ['sign-out', ({ browser }) => browser.copy().call('endSession')],
  [
    'ending the session elsewhere',
    ({ browser, sessionId }) => browser.copy().call('endOneSession', { params: { id: sessionId } }),
  ],
  ['ending all sessions', ({ browser }) => browser.copy().call('endAllSessions')],
  [
    'disabling the user',
    async ({ userId }) => {
      const headers = { authorization: `Bearer ${await operatorKey()}` };
      await userAgent(server).call('adminChangeUser', {
        params: { id: userId },
        body: { status: 'disabled' },
        headers,
      });
    },
  ],
];

/** 1,000 in the long run, enough here to keep the race honest. */
const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

for (const [name, act] of races) {
  test(`refreshes racing ${name} leave no live token, round after round`, async (t) => {
    t.diagnostic(`${rounds} rounds`);
    for (let round = 0; round < rounds; round += 1) {
      const person = await someone();
      const copies = [person.browser.copy(), person.browser.copy(), person.browser.copy()] as const;
      await Promise.all([refresh(copies[0]), act(person), refresh(copies[1]), refresh(copies[2])]);
      assert.equal(await liveGrants(person.userId), 0, `round ${round}`);
      for (const copy of copies) assert.equal((await refresh(copy)).status, 401, `round ${round}`);
    }
  });
}

test('refreshes racing a password change leave only the changed browser signed in, round after round', async (t) => {
  t.diagnostic(`${rounds} rounds`);
  for (let round = 0; round < rounds; round += 1) {
    const { browser, userId } = await someone();
    const copies = [browser.copy(), browser.copy()] as const;
    const body = { currentPassword: password, newPassword: 'an entirely different sentence' };
    const [, changed] = await Promise.all([
      refresh(copies[0]),
      browser.call('changePassword', { body }),
      refresh(copies[1]),
    ]);
    assert.equal(changed.status, 200, `round ${round}`);
    for (const copy of copies) assert.equal((await refresh(copy)).status, 401, `round ${round}`);
    assert.equal((await refresh(browser)).status, 200, `round ${round}`);
    assert.equal(await liveGrants(userId), 1, `round ${round}`);
  }
});

test('a sign-in racing a password change never leaves a session under the old password', async (t) => {
  t.diagnostic(`${rounds} rounds`);
  for (let round = 0; round < rounds; round += 1) {
    const { browser, userId } = await someone();
    const email = `person-${people}@example.org`;
    const body = { currentPassword: password, newPassword: 'an entirely different sentence' };
    await Promise.all([
      browser.call('changePassword', { body }),
      userAgent(server).call('signIn', { body: { identifier: email, password } }),
    ]);
    assert.equal(await liveGrants(userId), 1, `round ${round}`);
  }
});
