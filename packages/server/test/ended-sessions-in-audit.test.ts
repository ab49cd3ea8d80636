import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TenantId, UserId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { firefox, userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
let server: TestServer;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

async function endedEvents(userId: UserId) {
  const { pool } = server.argus.services.store;
  const { items } = await auditEvents(pool, 'default' as TenantId, {
    userId,
    type: 'session.ended',
    limit: 50,
  });
  return items;
}

async function signedIn(email: string, headers = {}) {
  const browser = userAgent(server, headers);
  await browser.call('signUp', { body: { email, password } });
  const { body } = await browser.call('signIn', { body: { identifier: email, password } });
  return { browser, userId: body.user.id as UserId, sessionId: body.session.id as string };
}

test('each of many sessions that end at once has its own event, by whom and from where', async () => {
  const first = await signedIn('many@example.org');
  const others = [await signedIn('many@example.org'), await signedIn('many@example.org')];
  await first.browser.copy({ 'user-agent': firefox }).call('endOtherSessions');
  const events = await endedEvents(first.userId);
  assert.deepEqual(
    new Set(events.map((event) => event.sessionId)),
    new Set(others.map((other) => other.sessionId)),
  );
  for (const { actor, reason, origin } of events) {
    assert.deepEqual([actor, reason, origin?.userAgent], ['user', 'ended-by-user', firefox]);
  }
});

test('a session that the limit ends, and one that a new sign-in replaces, are in the audit log', async () => {
  const first = await signedIn('limit@example.org');
  for (let more = 0; more < 10; more += 1) {
    server.clock.advance(1000);
    await signedIn('limit@example.org');
  }
  const [limited] = await endedEvents(first.userId);
  assert.deepEqual([limited?.sessionId, limited?.reason], [first.sessionId, 'session-limit']);
  const again = await signedIn('again@example.org');
  await again.browser.call('signIn', { body: { identifier: 'again@example.org', password } });
  const [replaced] = await endedEvents(again.userId);
  assert.deepEqual([replaced?.sessionId, replaced?.reason], [again.sessionId, 'replaced']);
});

test('ending a session that has ended already tells nothing twice', async () => {
  const { browser, userId } = await signedIn('twice@example.org');
  const copy = browser.copy();
  await Promise.all([browser.call('endSession'), copy.call('endSession'), copy.call('endSession')]);
  assert.equal((await endedEvents(userId)).length, 1);
});
