import assert from 'node:assert/strict';
import { test } from 'node:test';
import { generousLimits } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { byPasskey, newKey, withPasskey } from './authenticator-stage.ts';
import { signIn } from './stage.ts';

test('whoever knows the name of a passkey, as a thief of the password does, cannot keep its owner out', async () => {
  await using server = await startTestServer({
    parts: { passwords: cheapPasswords, limits: generousLimits },
  });
  const email = 'ada@example.org';
  const owner = userAgent(server);
  await owner.call('signUp', { body: { email, password: 'correct horse battery staple' } });
  const key = newKey();
  await withPasskey({ browser: owner, email, ...(await signIn(owner, email)) }, key, { uv: true });

  const thief = userAgent(server);
  const { body } = await thief.call('signInPasskeyOptions');
  const genuine = key.authenticate(body.options, { uv: true });
  const signature = Buffer.alloc(70, 1).toString('base64url');
  const credential = { ...genuine, response: { ...genuine.response, signature } };
  const outcomes: number[] = [];
  for (let tried = 0; tried <= generousLimits.passkey.burst; tried += 1)
    outcomes.push((await thief.call('signInWithPasskey', { body: { credential } })).status);
  assert.equal(outcomes[0], 401);
  assert.equal(outcomes.at(-1), 429);

  assert.equal((await byPasskey(userAgent(server), key, { uv: true })).body.state, 'signed-in');
});
