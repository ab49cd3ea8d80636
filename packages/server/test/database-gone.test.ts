import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

test('while the database is gone the answer is to come back shortly, and nothing crashes', async () => {
  await using server = await startTestServer({
    parts: { passwords: cheapPasswords },
    config: { logLevel: 'silent' },
  });
  const browser = userAgent(server);
  const body = { email: 'ada@example.org', password: 'correct horse battery staple' };
  await browser.call('signUp', { body });
  const { pool } = server.argus.services.store;
  const cut = Object.assign(new Error('terminating connection due to administrator command'), {
    code: '57P01',
  });
  const query = pool.query.bind(pool);
  Object.assign(pool, { query: () => Promise.reject(cut) });
  const gone = await browser.call('signIn', { body: { identifier: body.email, password: body.password } });
  assert.deepEqual([gone.status, gone.body.code, gone.headers.get('retry-after')], [503, 'unavailable', '1']);
  assert.equal((await browser.call('healthReady')).status, 503);
  Object.assign(pool, { query });
  assert.equal(
    (await browser.call('signIn', { body: { identifier: body.email, password: body.password } })).status,
    200,
  );
});
