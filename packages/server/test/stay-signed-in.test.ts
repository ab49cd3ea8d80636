import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { presetPolicy } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { type Reply, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPasskey, newKey, withPasskey } from './authenticator-stage.ts';
import { openStage, password, refresh, someone } from './stage.ts';

const second = 1000;
const day = 24 * 60 * 60 * second;

let server: TestServer;
const lasting = ({ headers }: Reply) =>
  headers
    .getSetCookie()
    .filter((line) => /argus_(access|refresh)=/.test(line))
    .map((line) => /Max-Age=(\d+)/.exec(line)?.[1] ?? 'until the browser closes');
const signIn = (browser: UserAgent, identifier: string, staySignedIn?: boolean) =>
  browser.call('signIn', { body: { identifier, password, staySignedIn } });
/** Tokens end on whole seconds, so edges are exact only from one. */
const onTheSecond = () => server.clock.advanceTo(Math.ceil(server.clock.now() / second) * second);

describe('whoever asks to stay signed in', () => {
  before(async () => {
    server = await openStage();
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(onTheSecond);

  test('has cookies that outlive the browser, and everybody else has not', async () => {
    const { email } = await someone(server);
    const stays = await signIn(userAgent(server), email, true);
    assert.deepEqual(lasting(stays), [String((30 * day) / second), String((30 * day) / second)]);
    for (const asks of [false, undefined])
      assert.deepEqual(lasting(await signIn(userAgent(server), email, asks)), [
        'until the browser closes',
        'until the browser closes',
      ]);
  });

  for (const [what, offset, status] of [
    ['a second before', -second, 200],
    ['at', 0, 401],
  ] as const) {
    test(`is signed in ${what} the end of fourteen idle days: ${status}`, async () => {
      const { email } = await someone(server);
      const browser = userAgent(server);
      await signIn(browser, email, true);
      server.clock.advance(14 * day + offset);
      assert.equal((await refresh(browser, 0)).status, status);
    });

    test(`is signed in ${what} the end of thirty busy days: ${status}`, async () => {
      const { email } = await someone(server);
      const browser = userAgent(server);
      await signIn(browser, email, true);
      for (let week = 0; week < 4; week += 1) {
        server.clock.advance(7 * day);
        assert.equal((await refresh(browser, 0)).status, 200);
      }
      server.clock.advance(2 * day + offset);
      assert.equal((await refresh(browser, 0)).status, status);
    });
  }

  test('stays so when the password changes', async () => {
    const { email } = await someone(server);
    const browser = userAgent(server);
    await signIn(browser, email, true);
    const body = { currentPassword: password, newPassword: `${password} and more` };
    assert.equal(lasting(await browser.call('changePassword', { body })).length, 2);
    server.clock.advance(10 * day);
    assert.equal((await refresh(browser, 0)).status, 200);
  });

  test('may come by passkey', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const browser = userAgent(server);
    const { body } = await browser.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    const signedIn = await browser.call('signInWithPasskey', { body: { credential, staySignedIn: true } });
    assert.equal(signedIn.body.state, 'signed-in');
    assert.match(lasting(signedIn)[0] ?? '', /^\d+$/);
    assert.match(lasting(await byPasskey(userAgent(server), key, { uv: true }))[0] ?? '', /browser/);
  });

  test('ticks a box on the page, which says for how long', async () => {
    const { email } = await someone(server);
    const browser = userAgent(server);
    const page = await (await browser.fetch('/sign-in')).text();
    assert.match(
      page,
      /name="staySignedIn" value="yes"> <label[^>]*>Stay signed in on this device, for up to 30 days/,
    );
    const formToken = /name="formToken" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const fields = { formToken, identifier: email, password, staySignedIn: 'yes' };
    const answer = await browser.fetch('/sign-in', { method: 'POST', body: new URLSearchParams(fields) });
    assert.equal(answer.status, 303);
    server.clock.advance(10 * day);
    assert.equal((await refresh(browser, 0)).status, 200);
  });
});

describe('where policy lets nobody stay signed in', () => {
  before(async () => {
    server = await openStage({ parts: { policy: presetPolicy('asvs-l1') } });
  });
  after(() => server[Symbol.asyncDispose]());

  test('the page has no such box, and the question is refused before anything is proved', async () => {
    const { email } = await someone(server);
    const page = await (await userAgent(server).fetch('/sign-in')).text();
    assert.ok(!page.includes('staySignedIn'));
    for (const identifier of [email, 'nobody@example.org']) {
      const { status, body } = await signIn(userAgent(server), identifier, true);
      assert.deepEqual(
        [status, body.code, body.errors[0].path],
        [400, 'invalid_request', 'body.staySignedIn'],
      );
    }
    assert.equal((await signIn(userAgent(server), email, false)).status, 200);
  });
});
