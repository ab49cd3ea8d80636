import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { savePolicy } from '@argus/testing/policies';
import { userAgent } from '@argus/testing/user-agent';
import { openStage } from './stage.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/policy-rules.md'), 'utf8');

test('the document of the guide does what the guide says of it', async () => {
  await using server = await openStage();
  const document = JSON.parse(/^```json\n(.*?)^```$/ms.exec(guide)?.[1] ?? '');
  await savePolicy(server, document);
  server.argus.services.policies.forget();
  const email = 'ada@example.org';
  const signUp = async (password: string) =>
    (await userAgent(server).call('signUp', { body: { email, password } })).body;
  assert.equal((await signUp('seven otters')).code, 'password_composition');
  assert.equal((await signUp('7 otters')).code, 'password_too_short');
  assert.equal((await signUp('seven otters, 7')).state, 'sign-in');
  const signIn = (password: string, more = {}) =>
    userAgent(server).call('signIn', { body: { identifier: email, password, ...more } });
  assert.equal((await signIn('seven otters, 7', { staySignedIn: true })).body.code, 'invalid_request');
  for (let each = 0; each < 5; each += 1) assert.equal((await signIn('never right')).status, 401);
  const locked = await signIn('seven otters, 7');
  assert.deepEqual([locked.status, locked.headers.get('retry-after')], [429, '600']);
  server.clock.advance(600_000);
  assert.equal((await signIn('seven otters, 7')).status, 200);
});
