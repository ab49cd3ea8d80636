import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { totpApp } from '@argus/testing/totp-app';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPassword, newKey, policyWith, withApp, withPasskey } from './authenticator-stage.ts';
import { openStage, password, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

interface Holder {
  readonly browser: UserAgent;
}

/** Somebody who had to set an app up to get in, and then made a passkey. */
async function madeToEnrol(where: TestServer, email: string): Promise<Holder> {
  const browser = userAgent(where);
  await browser.call('signUp', { body: { email, password } });
  assert.equal((await byPassword(browser, email)).body.state, 'enrol');
  const { body } = await browser.call('beginTotpInSignIn');
  const code = totpApp(body.uri, where).code();
  await browser.call('confirmTotpInSignIn', { body: { enrolment: body.enrolment, code } });
  const key = newKey();
  const options = await browser.call('passkeyOptions');
  const credential = key.register(options.body.options, { uv: true });
  assert.equal((await browser.call('addPasskey', { body: { credential } })).status, 201);
  return { browser };
}

async function kindsOf({ browser }: Holder): Promise<string[]> {
  const { body } = await browser.call('listAuthenticators');
  return body.authenticators.map(({ kind }: { kind: string }) => kind).toSorted();
}

async function removeBoth({ browser }: Holder): Promise<number[]> {
  const { body } = await browser.call('listAuthenticators');
  const ids = body.authenticators
    .filter(({ kind }: { kind: string }) => kind === 'totp' || kind === 'passkey')
    .map(({ id }: { id: string }) => id);
  assert.equal(ids.length, 2);
  const remove = (id: string) => browser.copy().call('removeAuthenticator', { params: { id } });
  const replies = await Promise.all(ids.map(remove));
  return replies.map(({ status }) => status).toSorted((a, b) => a - b);
}

test('two factors taken away at once leave no codes for a factor that nobody has', async () => {
  for (let round = 0; round < 5; round += 1) {
    const person = await withApp(server, await someone(server));
    await withPasskey(person, newKey(), { uv: true });
    await removeBoth(person);
    const kinds = await kindsOf(person);
    assert.equal(kinds.includes('recovery-code'), kinds.includes('totp') || kinds.includes('passkey'));
  }
});

test('where policy asks for two, one of two that are taken away at once stays', async () => {
  await using strict = await openStage({ parts: { policy: policyWith({ required: 2 }) } });
  for (let round = 0; round < 5; round += 1) {
    const person = await madeToEnrol(strict, `ada-${round}@example.org`);
    assert.deepEqual(await removeBoth(person), [204, 403]);
    assert.equal((await kindsOf(person)).length, 3);
  }
});
