import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

test('a person signs up, signs in, stays signed in past many access tokens, and signs out', async () => {
  const browser = userAgent(server);
  assert.equal(
    (await browser.call('signUp', { body: { email: 'ada@example.org', password, name: 'Ada' } })).status,
    201,
  );
  const signedIn = await browser.call('signIn', { body: { identifier: 'Ada@Example.ORG', password } });
  assert.equal(signedIn.status, 200);
  const { id } = signedIn.body.session;
  for (let round = 0; round < 20; round += 1) {
    server.clock.advance(290_000);
    const renewed = await browser.call('refreshSession', { body: { idleSeconds: 5 } });
    assert.equal(renewed.status, 200);
    assert.equal(renewed.body.session.id, id);
  }
  assert.equal((await browser.call('getSession')).body.user.email, 'ada@example.org');
  assert.equal((await browser.call('endSession')).status, 204);
  assert.equal((await browser.call('getSession')).body.code, 'session_required');
});
