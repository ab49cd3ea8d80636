import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';

const password = 'correct horse battery staple';
let server: TestServer;
let browser: UserAgent;
before(async () => {
  server = await startTestServer({ parts: { passwords: cheapPasswords } });
  browser = userAgent(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password } });
  await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
});
after(() => server[Symbol.asyncDispose]());

const foreign = [
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/..//evil.example',
  '/.//evil.example',
  '/%2e%2e//evil.example',
  '/x/../..//evil.example/account',
  '/\t/evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  ' //evil.example',
];

for (const returnTo of foreign) {
  test(`a signed-in person is not sent to another site by returnTo=${JSON.stringify(returnTo)}`, async () => {
    const answer = await browser.fetch(`/sign-in?${new URLSearchParams({ returnTo })}`);
    assert.equal(answer.status, 303);
    const target = new URL(answer.headers.get('location') ?? '', 'https://argus.invalid/sign-in');
    assert.equal(target.origin, 'https://argus.invalid');
    assert.doesNotMatch(answer.headers.get('location') ?? '', /^\/[/\\]/);
  });
}

test('a path of this origin is where a signed-in person is sent', async () => {
  const answer = await browser.fetch(`/sign-in?${new URLSearchParams({ returnTo: '/notes/?a=1#top' })}`);
  assert.equal(answer.headers.get('location'), '/notes/?a=1#top');
});
