import assert from 'node:assert/strict';
import { test } from 'node:test';
import { balanced } from '@argus/core';
import { generousLimits } from '@argus/server';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { byPasskey, byPassword, newKey, withPasskey } from './authenticator-stage.ts';
import { signIn } from './stage.ts';

const addresses = 500;
const guesses = 10_000;
const atOnce = 50;

test(`while ${guesses} wrong passwords come from ${addresses} addresses, the owner gets in on her device and by passkey`, async () => {
  await using server = await startTestServer({
    config: { trustedProxies: ['127.0.0.0/8'] },
    parts: { passwords: cheapPasswords, limits: generousLimits },
  });
  const from = (ip: string) => userAgent(server, { 'x-forwarded-for': ip });
  const email = 'ada@example.org';
  const device = from('192.0.2.1');
  await device.call('signUp', { body: { email, password: 'correct horse battery staple' } });
  const ids = await signIn(device, email);
  const key = newKey();
  assert.equal((await withPasskey({ browser: device, email, ...ids }, key, { uv: true })).status, 201);

  const strangers = Array.from({ length: addresses }, (_, at) => from(`198.${18 + (at >> 8)}.${at & 255}.7`));
  const outcomes = new Map<number, number>();
  const owner: string[] = [];
  for (let done = 0; done < guesses; done += atOnce) {
    const replies = await Promise.all(
      Array.from({ length: atOnce }, (_, at) =>
        (strangers[(done + at) % addresses] ?? device).call('signIn', {
          body: { identifier: email, password: `wrong password number ${done + at}` },
        }),
      ),
    );
    for (const reply of replies) outcomes.set(reply.status, (outcomes.get(reply.status) ?? 0) + 1);
    server.clock.advance(5_000);
    if (done % 1_000 !== 0) continue;
    // On her device her password asks for the passkey as ever; from a new one the passkey alone is enough.
    owner.push((await byPassword(device, email)).body.state);
    owner.push((await byPasskey(device, key, { uv: true })).body.state);
    owner.push((await byPasskey(from('203.0.113.9'), key, { uv: true })).body.state);
  }
  assert.deepEqual(new Set(outcomes.keys()), new Set([401, 429]));
  // In all that time: ten, and ten more for each lock that was over meanwhile.
  const { failures, seconds } = balanced.authentication.lockout;
  const compared = failures * Math.ceil(((guesses / atOnce) * 5) / seconds);
  assert.equal(outcomes.get(401), compared);
  const rounds = guesses / 1_000;
  assert.deepEqual(
    owner,
    Array.from({ length: rounds }, () => ['second-factor', 'signed-in', 'signed-in']).flat(),
  );
});
