import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SessionId, TenantId } from '@argus/contract';
import { endExpiredSessions } from '@argus/server';
import { auditEvents } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
let server: TestServer;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

async function signedIn(email: string) {
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email, password } });
  await browser.call('signIn', { body: { identifier: email, password } });
  return browser;
}

test('the sweep ends what has idled out, leaves the living alone, and tells the audit log why', async () => {
  const idle = await signedIn('idle@example.org');
  const idleId: SessionId = (await idle.call('getSession')).body.session.id;
  server.clock.advance(29 * 60_000);
  const living = await signedIn('living@example.org');
  server.clock.advance(60_000);
  const { services } = server.argus;
  assert.equal(await endExpiredSessions(services, { place: null }), 1);
  assert.equal(await endExpiredSessions(services, { place: null }), 0);
  const { items } = await auditEvents(services.store.pool, 'default' as TenantId, {
    sessionId: idleId,
    type: 'session.ended',
    limit: 5,
  });
  assert.deepEqual(
    items.map(({ reason, actor }) => [reason, actor]),
    [['idle-expired', 'system']],
  );
  assert.equal((await living.call('getSession')).status, 200);
});
