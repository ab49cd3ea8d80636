import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

let server: TestServer;
before(async () => {
  const config = { trustedProxies: ['127.0.0.0/8'] };
  server = await startTestServer({ parts: { passwords: cheapPasswords }, config });
});
after(() => server[Symbol.asyncDispose]());

const cases: [forwarded: string, kept: string][] = [
  ['203.0.113.7', '203.0.113.7'],
  ['6.6.6.6, 203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['fe80::1%eth0', 'fe80::1'],
  ['203.0.113.7:4711', '127.0.0.1'],
  ['unknown', '127.0.0.1'],
  ["'); DROP TABLE users; --", '127.0.0.1'],
];

for (const [forwarded, kept] of cases) {
  test(`a sign-in forwarded for ${forwarded} is judged, and recorded as from ${kept}`, async () => {
    const browser = userAgent(server, { 'x-forwarded-for': forwarded });
    const body = { identifier: 'nobody@example.org', password: 'correct horse battery staple' };
    assert.equal((await browser.call('signIn', { body })).status, 401);
    const { items } = await auditEvents(server.argus.services.store.pool, 'default' as TenantId, {
      limit: 1,
    });
    assert.equal(items[0]?.origin?.ip, kept);
  });
}
