import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, fakeEpochMs } from '@argus/testing';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

test('a clock that is set back a minute after a sign-in signs nobody out', async () => {
  const clock = fakeClock(fakeEpochMs);
  await using server = await startTestServer({
    clock,
    parts: { passwords: cheapPasswords, clock: { now: () => clock.now() - backMs } },
  });
  clock.advance(3_600_000);
  const browser = userAgent(server);
  const body = { email: 'ada@example.org', password: 'correct horse battery staple' };
  await browser.call('signUp', { body });
  assert.equal(
    (await browser.call('signIn', { body: { identifier: body.email, password: body.password } })).status,
    200,
  );
  backMs = 60_000;
  assert.equal((await browser.call('getSession')).status, 200);
  assert.equal((await browser.call('refreshSession')).status, 200);
  assert.equal((await browser.call('getSession')).status, 200);
});

let backMs = 0;
