import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { guessLimits } from '@argus/core';
import { generousLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPassword, inWaves, newKey, type WithApp, withApp, withPasskey } from './authenticator-stage.ts';
import { openStage, someone } from './stage.ts';

const { burst, most, everySeconds } = guessLimits.totp;

/** How many codes were compared: each is told in the log, right or wrong. */
async function compared(server: TestServer): Promise<number> {
  const { rows } = await server.argus.services.store.pool.query<{ n: number }>(
    "SELECT count(*) AS n FROM audit_events WHERE type = 'sign-in.refused' AND reason = 'code-wrong'",
  );
  return rows[0]?.n ?? 0;
}

async function thiefOf(server: TestServer, { email }: WithApp): Promise<UserAgent> {
  const thief = userAgent(server);
  assert.equal((await byPassword(thief, email)).body.state, 'second-factor');
  return thief;
}

const wrong = (person: WithApp, at: number) => {
  const code = String(at).padStart(6, '0');
  return code === person.app.code() ? '999999' : code;
};

describe('a thief who knows the password', () => {
  for (const [name, limits] of [
    ['in one process', generousLimits],
    ['spread over so many processes that memory counts nothing', undefined],
  ] as const) {
    test(`has ${burst} of 1,000 codes compared, 50 at once, ${name}`, async () => {
      await using server = await openStage(limits ? { parts: { limits } } : {});
      const person = await withApp(server, await someone(server));
      const thief = await thiefOf(server, person);
      const replies = await inWaves(1_000, (at) =>
        thief.copy().call('signInWithTotp', { body: { code: wrong(person, at) } }),
      );
      const statuses = replies.map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 401).length, burst);
      assert.equal(statuses.filter((status) => status === 429).length, 1_000 - burst);
      assert.ok(replies.every(({ status, headers }) => status === 401 || headers.has('retry-after')));
      assert.equal(await compared(server), burst);
    });
  }

  test(`has at most ${most} compared, however long the guessing lasts`, async () => {
    await using server = await openStage();
    const person = await withApp(server, await someone(server));
    let thief = await thiefOf(server, person);
    for (let at = 0; at < most + 40; at += 1) {
      server.clock.advance(everySeconds * 1000);
      const { body } = await thief.call('signInWithTotp', { body: { code: wrong(person, at) } });
      if (body.code === 'sign_in_expired') thief = await thiefOf(server, person);
    }
    const counted = await compared(server);
    assert.ok(counted <= most && counted > most - 20, `${counted} were compared`);
  });

  test('does not keep the owner out who comes on a device of theirs or with a passkey', async () => {
    await using server = await openStage({ parts: { limits: generousLimits } });
    const person = await withApp(server, await someone(server));
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    const thief = await thiefOf(server, person);
    for (let at = 0; at < 20; at += 1)
      await thief.call('signInWithTotp', { body: { code: wrong(person, at) } });
    await person.browser.call('endSession');
    await byPassword(person.browser, person.email);
    const done = await person.browser.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(done.body.state, 'signed-in', 'the device of the owner is counted apart');
    const elsewhere = userAgent(server);
    const { body } = await elsewhere.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    const passkey = await elsewhere.call('signInWithPasskey', { body: { credential } });
    assert.equal(passkey.body.state, 'signed-in');
  });

  test('guesses at recovery codes no faster', async () => {
    await using server = await openStage();
    const person = await withApp(server, await someone(server));
    const thief = await thiefOf(server, person);
    const replies = await Promise.all(
      Array.from({ length: 40 }, () =>
        thief.copy().call('signInWithRecoveryCode', { body: { code: 'AAAAA-AAAAA' } }),
      ),
    );
    const { burst: few } = guessLimits['recovery-code'];
    assert.equal(replies.filter(({ status }) => status === 401).length, few);
  });
});

describe('without a first proof', () => {
  test('no code is compared, whatever the browser shows', async () => {
    await using server = await openStage();
    const person = await withApp(server, await someone(server));
    const stranger = userAgent(server);
    for (const name of ['signInWithTotp', 'signInWithRecoveryCode'] as const) {
      const { status, body } = await stranger.call(name, { body: { code: person.app.code() } });
      assert.deepEqual([status, body.code], [401, 'sign_in_expired']);
    }
    assert.equal(await compared(server), 0);
  });
});
