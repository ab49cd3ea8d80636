import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { balanced, guessLimits, type Policy } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPasskey, byPassword, inWaves, newKey, withApp, withPasskey } from './authenticator-stage.ts';
import { openStage, refresh, someone } from './stage.ts';

const folder = process.env.ARGUS_VECTORS;
const absent =
  folder === undefined && 'ARGUS_VECTORS is not set: the list of negative inputs was NOT compared';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => server.clock.advance(10 * 60_000));

const refused = (reply: Reply, code: string) => {
  assert.equal(reply.body.code, code);
  assert.ok(reply.status >= 400);
};

async function person() {
  return withApp(server, await someone(server));
}

async function atSecondFactor(email: string): Promise<UserAgent> {
  const browser = userAgent(server);
  assert.equal((await byPassword(browser, email)).body.state, 'second-factor');
  return browser;
}

const withCode = (browser: UserAgent, code: string | undefined) =>
  browser.call('signInWithTotp', { body: { code } });
const withRecoveryCode = (browser: UserAgent, code: string | undefined) =>
  browser.call('signInWithRecoveryCode', { body: { code } });

const { authentication } = balanced;
const strictPasskeys: Policy = {
  ...balanced,
  authentication: {
    ...authentication,
    passkey: { ...authentication.passkey, userVerification: 'required' },
  },
};

/** What a passkey says wrongly at sign-in, by the words of the list. */
const wrongAnswers: Readonly<Record<string, Parameters<typeof byPasskey>[2]>> = {
  'wrong origin': { origin: 'https://evil.test' },
  'wrong rpIdHash': { rpId: 'evil.test' },
  'BE changed since registration': { be: true },
  'BS without BE': { bs: true },
};

/** Each entry of the list, done to a whole server. */
const entries: Readonly<Record<string, () => Promise<void>>> = {
  async 'TOTP code used twice'() {
    const { email, app } = await person();
    const code = app.code();
    assert.equal((await withCode(await atSecondFactor(email), code)).status, 200);
    refused(await withCode(await atSecondFactor(email), code), 'wrong_code');
  },

  async 'TOTP of previous step beyond drift'() {
    const { email, app } = await person();
    const old = app.code();
    server.clock.advance(60_000);
    refused(await withCode(await atSecondFactor(email), old), 'wrong_code');
  },

  async '1000 guesses at a 6-digit code'() {
    const { email, app } = await person();
    const thief = await atSecondFactor(email);
    const wrong = app.code() === '123456' ? '654321' : '123456';
    const replies = await inWaves(1_000, () => withCode(thief.copy(), wrong));
    const { burst } = guessLimits.totp;
    assert.equal(replies.filter(({ status }) => status === 401).length, burst);
    assert.equal(replies.filter(({ status }) => status === 429).length, 1_000 - burst);
  },

  async 'factor removed without step-up'() {
    const { browser } = await person();
    server.clock.advance(16 * 60_000);
    await refresh(browser, 0);
    const { body } = await browser.call('listAuthenticators');
    const factors = body.authenticators.filter(({ id }: { id?: string }) => id !== undefined);
    assert.ok(factors.length > 0);
    for (const { id } of factors) {
      const reply = await browser.call('removeAuthenticator', { params: { id } });
      refused(reply, 'insufficient_user_authentication');
    }
    assert.deepEqual((await browser.call('listAuthenticators')).body, body);
  },

  async 'recovery code used twice'() {
    const { email, recoveryCodes } = await person();
    const [code] = recoveryCodes;
    assert.equal((await withRecoveryCode(await atSecondFactor(email), code)).status, 200);
    refused(await withRecoveryCode(await atSecondFactor(email), code), 'wrong_code');
  },

  ...Object.fromEntries(
    Object.entries(wrongAnswers).map(([entry, ceremony]) => [
      `WebAuthn: ${entry}`,
      async () => {
        const key = newKey();
        await withPasskey(await someone(server), key, { uv: true });
        refused(await byPasskey(userAgent(server), key, { uv: true, ...ceremony }), 'passkey_refused');
        assert.equal((await byPasskey(userAgent(server), key, { uv: true })).status, 200);
      },
    ]),
  ),

  async 'WebAuthn: challenge replay'() {
    const key = newKey();
    await withPasskey(await someone(server), key, { uv: true });
    const browser = userAgent(server);
    const { body } = await browser.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    const again = browser.copy();
    assert.equal((await browser.call('signInWithPasskey', { body: { credential } })).status, 200);
    assert.ok((await again.call('signInWithPasskey', { body: { credential } })).status >= 400);
  },

  async 'WebAuthn: UV missing when required'() {
    await using strict = await openStage({ parts: { policy: strictPasskeys } });
    const key = newKey();
    await withPasskey(await someone(strict), key, { uv: true });
    refused(await byPasskey(userAgent(strict), key, { uv: false }), 'passkey_refused');
  },

  async 'WebAuthn: counter going back'() {
    const owner = await someone(server);
    const key = newKey({ counter: 5 });
    await withPasskey(owner, key, { uv: true });
    assert.equal((await byPasskey(userAgent(server), key, { uv: true, counter: 9 })).status, 200);
    refused(await byPasskey(userAgent(server), key, { uv: true, counter: 7 }), 'passkey_refused');
  },

  async 'WebAuthn: credential of another user'() {
    const key = newKey();
    await withPasskey(await someone(server), key, { uv: true });
    const other = await someone(server);
    await withPasskey(other, newKey(), { uv: true });
    const options = await other.browser.call('stepUpOptions');
    const credential = key.authenticate({ ...options.body.passkey, allowCredentials: [] }, { uv: true });
    refused(await other.browser.call('stepUpWithPasskey', { body: { credential } }), 'passkey_refused');
  },
};

describe('what must be refused of second factors and passkeys', () => {
  for (const [entry, attack] of Object.entries(entries)) test(entry, attack);

  test('is all that the list names', { skip: absent }, () => {
    const text = readFileSync(join(folder ?? '', 'oauth-negative/negative-inputs.json'), 'utf8');
    // The cast is the reader's claim about a third party's file; a wrong claim fails this test.
    const { mfa } = JSON.parse(text) as { readonly mfa: readonly string[] };
    const listed = mfa.flatMap((line) => {
      const [, group, parts] = /^(WebAuthn): (.*)$/.exec(line) ?? [];
      return parts === undefined ? [line] : parts.split(', ').map((part) => `${group}: ${part}`);
    });
    assert.deepEqual(Object.keys(entries).toSorted(), listed.toSorted());
  });
});
