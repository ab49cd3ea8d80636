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

test('who signs up with a taken address learns nothing, and the owner of the address learns of it', async () => {
  const owner = userAgent(server);
  const mine = await owner.call('signUp', { body: { email: 'ada@example.org', password } });
  await owner.call('signIn', { body: { identifier: 'ada@example.org', password } });
  const stranger = userAgent(server);
  const again = await stranger.call('signUp', {
    body: { email: 'ADA@example.org', password: `${password}!` },
  });
  assert.deepEqual([again.status, again.body], [mine.status, mine.body]);
  const { body } = await owner.call('listSecurityEvents');
  const types = body.events.map((event: { type: string }) => event.type);
  assert.equal(types.filter((type: string) => type === 'user.sign-up-repeated').length, 1);
});

test('a name with a NUL, line breaks and a turned reading direction is kept without them', async () => {
  const browser = userAgent(server);
  const name = ' Eve\u0000\r\nAdmin: \u202Enimda\u2066 ';
  assert.equal(
    (await browser.call('signUp', { body: { email: 'eve@example.org', password, name } })).status,
    201,
  );
  const { body } = await browser.call('signIn', { body: { identifier: 'eve@example.org', password } });
  assert.equal(body.user.name, 'Eve Admin:  nimda');
});
