import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { openStage, ownOrigin } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage({ config: { origins: [ownOrigin, 'https://notes.example'] } });
});
after(() => server[Symbol.asyncDispose]());

const read = (path: string) => userAgent(server).fetch(`/.well-known/${path}`);

test('password managers are led to where the password is changed', async () => {
  const answer = await read('change-password');
  assert.deepEqual([answer.status, answer.headers.get('location')], [303, '/account#password']);
});

test('password managers are told where passkeys are made and managed', async () => {
  const place = `${ownOrigin}/account#passkeys`;
  assert.deepEqual(await (await read('passkey-endpoints')).json(), { enroll: place, manage: place });
});

test('browsers are told which origins share the passkeys, and it is those that may act here', async () => {
  assert.deepEqual(await (await read('webauthn')).json(), { origins: [ownOrigin, 'https://notes.example'] });
});
