import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
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

const roles = (count: number) => Array.from({ length: count }, (_, at) => `role-${at}-`.padEnd(60, 'x'));

test('nobody can be given so many roles that the access cookie would be too large to sign in with', async () => {
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email: 'ada@example.org', password } });
  const { body } = await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
  const authorization = `Bearer ${(await readFile(server.operatorKeyFile, 'utf8')).trim()}`;
  const operator = userAgent(server);
  const give = (count: number) =>
    operator.call('adminChangeUser', {
      params: { id: body.user.id },
      body: { roles: roles(count) },
      headers: { authorization },
    });
  assert.equal((await give(24)).status, 400);
  assert.equal((await give(23)).status, 200);
  const again = await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
  assert.equal(again.status, 200);
});
