import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
let server: TestServer;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
});
after(() => server[Symbol.asyncDispose]());

for (const [minutes, what] of [
  [1, 'while its access token lives'],
  [6, 'after its access token has ended'],
] as const) {
  test(`a sign-in ends the session that this browser held before, ${what}`, async () => {
    const email = `held-${minutes}@example.org`;
    const browser = userAgent(server);
    await browser.call('signUp', { body: { email, password } });
    await browser.call('signIn', { body: { identifier: email, password } });
    const thief = browser.copy();
    server.clock.advance(minutes * 60_000);
    await browser.call('signIn', { body: { identifier: email, password } });
    assert.equal((await thief.call('refreshSession', { body: {} })).body.code, 'session_ended');
    const { body } = await browser.call('sessionHistory');
    assert.deepEqual(
      body.sessions.map((session: { endReason: string }) => session.endReason),
      ['replaced'],
    );
  });
}
