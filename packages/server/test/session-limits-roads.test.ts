import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { byPasskey, byPassword, newKey, withApp, withPasskey } from './authenticator-stage.ts';
import { begin, comeBack, declare, openFederationStage } from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import {
  authorizationUrl,
  browserOf,
  callback,
  hiddenFields,
  ledTo,
  openProvider,
  pkce,
  post,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { endOf, liveIds, setLimit } from './session-limit-stage.ts';
import { openStage, password, signIn, someone } from './stage.ts';

const refused = [409, 'too_many_sessions'];

describe('no way in passes the limit:', () => {
  let server: TestServer;
  before(async () => {
    server = await openStage();
    await setLimit(server, { max: 1, onLimit: 'deny' });
  });
  after(() => server[Symbol.asyncDispose]());
  const outcome = ({ status, body }: Awaited<ReturnType<typeof byPassword>>) => [status, body.code];

  test('a password', async () => {
    const person = await someone(server);
    assert.deepEqual(outcome(await byPassword(userAgent(server), person.email)), refused);
  });

  test('a passkey without a name', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    assert.deepEqual(outcome(await byPasskey(userAgent(server), key, { uv: true })), refused);
    await person.browser.call('endSession');
    assert.equal((await byPasskey(userAgent(server), key, { uv: true })).body.state, 'signed-in');
  });

  test('a password and a code of an app', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    assert.deepEqual(
      outcome(await browser.call('signInWithTotp', { body: { code: person.app.code() } })),
      refused,
    );
  });

  test('a password and a recovery code', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    const [code] = person.recoveryCodes;
    assert.deepEqual(outcome(await browser.call('signInWithRecoveryCode', { body: { code } })), refused);
  });

  test('a new password, after which everything ended and one session begins', async () => {
    const person = await someone(server);
    const body = { currentPassword: password, newPassword: 'an entirely different sentence' };
    assert.equal((await person.browser.call('changePassword', { body })).status, 200);
    assert.equal((await liveIds(server.argus.services, person)).length, 1);
  });
});

describe('people who come from another provider', () => {
  let server: TestServer;
  let idp: HostileProvider;
  before(async () => {
    server = await openFederationStage();
    idp = await openHostileProvider();
    await declare(server, { id: 'ours', issuer: idp.issuer });
    idp.misdeed = { claims: { sub: 'one', email: 'one@upstream.example', email_verified: true } };
  });
  after(async () => {
    await idp[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });
  const arrive = async () => {
    const browser = userAgent(server);
    const answer = await comeBack(browser, await idp.visit(await begin(browser, 'ours')));
    return { browser, answer };
  };

  test('find the same limit, and the page that says what to do', async () => {
    await setLimit(server, { max: 1, onLimit: 'deny' });
    const first = await arrive();
    assert.equal(first.answer.headers.get('location'), '/account');
    const second = await arrive();
    assert.equal(second.answer.status, 409);
    assert.match(await second.answer.text(), /as many devices as you may be/);
    assert.equal((await second.browser.call('getSession')).status, 401);
  });

  test('are asked like everybody', async () => {
    await setLimit(server, { max: 1, onLimit: 'ask' });
    const { browser, answer } = await arrive();
    const led = answer.headers.get('location') ?? '';
    assert.match(led, /^\/sign-in\/next/);
    const html = await (await browser.fetch(led)).text();
    const endSessionId = /name="endSessionId" value="([^"]+)"/.exec(html)?.[1] ?? '';
    const done = await post(browser, '/sign-in/choose-session', { ...hiddenFields(html), endSessionId });
    assert.equal(done.headers.get('location'), '/account');
  });
});

describe('a sign-in for a client', () => {
  let server: TestServer;
  const email = 'ada@example.org';
  before(async () => {
    server = await openProvider();
    await registerClient(server, 'notes', { consent: 'implicit' });
    await browserOf(server).call('signUp', { body: { email, password } });
  });
  after(() => server[Symbol.asyncDispose]());
  const ask = (browser = browserOf(server)) => {
    const from = authorizationUrl(server, 'notes', { code_challenge: pkce().challenge });
    return travel(browser, from, { email });
  };

  test('goes on to the client after the choice', async () => {
    await setLimit(server, { max: 1, onLimit: 'ask' });
    const person = await signIn(browserOf(server), email);
    const browser = browserOf(server);
    const { url, page } = await ask(browser);
    assert.equal(url, null);
    assert.match(page, /this sign-in goes on to <strong><bdi>Application notes/);
    assert.match(page, /href="\/sign-in\?request=[^"]+"[^>]*>Cancel this sign-in/);
    const fields = { ...hiddenFields(page), endSessionId: person.sessionId };
    let led = ledTo(await post(browser, '/sign-in/choose-session', fields)) ?? '';
    for (let step = 0; step < 5 && led.startsWith('/'); step += 1)
      led = ledTo(await browser.fetch(led)) ?? '';
    assert.ok(led.startsWith(`${callback}?`) && new URL(led).searchParams.has('code'), led);
    assert.equal((await endOf(server, person.sessionId)).reason, 'session-limit');
  });

  test('comes to the page that says what to do, which leads back into the request', async () => {
    await setLimit(server, { max: 1, onLimit: 'deny' });
    const { url, status, page } = await ask();
    assert.deepEqual([url, status], [null, 409]);
    assert.match(page, /href="\/sign-in\?request=[^"]+">Sign in again/);
  });
});
