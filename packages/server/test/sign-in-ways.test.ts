import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { balanced } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { totpApp } from '@argus/testing/totp-app';
import { userAgent } from '@argus/testing/user-agent';
import {
  byPasskey,
  byPassword,
  claimsOf,
  newKey,
  policyWith,
  withApp,
  withPasskey,
} from './authenticator-stage.ts';
import { openStage, someone } from './stage.ts';

const aal1 = 'urn:argus:aal1';
const aal2 = 'urn:argus:aal2';

/** Whoever signs in by a way, the tokens say what was proved and no more. */
function assertClaims(browser: Parameters<typeof claimsOf>[0], acr: string, amr: readonly string[]): void {
  const claims = claimsOf(browser);
  assert.deepEqual([claims.acr, claims.amr], [acr, amr]);
}

describe('under the balanced policy', () => {
  let server: TestServer;
  before(async () => {
    server = await openStage();
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => server.clock.advance(60_000));

  test('a password alone is one factor', async () => {
    const { email } = await someone(server);
    const browser = userAgent(server);
    assert.equal((await byPassword(browser, email)).body.state, 'signed-in');
    assertClaims(browser, aal1, ['pwd']);
  });

  test('a passkey that checks its holder is two factors, without a name', async () => {
    const person = await someone(server);
    const key = newKey();
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    const browser = userAgent(server);
    const { status, body } = await byPasskey(browser, key, { uv: true });
    assert.equal(status, 200);
    assert.equal(body.user.email, person.email);
    assertClaims(browser, aal2, ['hwk', 'user', 'mfa']);
  });

  test('a passkey that may leave its device is told as software', async () => {
    const person = await someone(server);
    const key = newKey({ be: true, bs: true });
    assert.equal((await withPasskey(person, key, { uv: true })).status, 201);
    const browser = userAgent(server);
    await byPasskey(browser, key, { uv: true });
    assertClaims(browser, aal2, ['swk', 'user', 'mfa']);
  });

  test('a passkey that does not check its holder asks for the password too', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const browser = userAgent(server);
    const { body } = await byPasskey(browser, key, { uv: false });
    assert.deepEqual([body.state, body.methods], ['second-factor', ['password']]);
    assert.equal((await browser.call('getSession')).status, 401);
    const wrong = await browser.call('signInWithPasswordToo', { body: { password: 'something else here' } });
    assert.equal(wrong.body.code, 'invalid_credentials');
    const done = await browser.call('signInWithPasswordToo', {
      body: { password: 'correct horse battery staple' },
    });
    assert.equal(done.body.state, 'signed-in');
    assertClaims(browser, aal2, ['hwk', 'pwd', 'mfa']);
  });

  test('a password asks for the app that was set up, and together they are two factors', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    const { body } = await byPassword(browser, person.email);
    assert.deepEqual([body.state, body.methods], ['second-factor', ['totp', 'recovery-code']]);
    const done = await browser.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(done.body.state, 'signed-in');
    assertClaims(browser, aal2, ['pwd', 'otp', 'mfa']);
  });

  test('a password asks for the passkey that was set up, one that checks nobody too', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const browser = userAgent(server);
    const { body } = await byPassword(browser, person.email);
    assert.deepEqual(body.methods, ['passkey', 'recovery-code']);
    await byPasskey(browser, key, { uv: false });
    assertClaims(browser, aal2, ['pwd', 'hwk', 'mfa']);
  });

  test('a recovery code lets its owner in as one factor, and back to a second one', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    const [code] = person.recoveryCodes;
    const { body } = await browser.call('signInWithRecoveryCode', { body: { code } });
    assert.equal(body.state, 'signed-in');
    assertClaims(browser, aal1, ['pwd', 'rec']);
    const begun = await browser.call('beginTotp');
    const app = totpApp(begun.body.uri, server);
    const { enrolment } = begun.body;
    const confirmed = await browser.call('confirmTotp', { body: { enrolment, code: app.code() } });
    assert.equal(confirmed.status, 201, 'the lost app gives way');
    server.clock.advance(30_000);
    const again = await browser.call('stepUpWithTotp', { body: { code: app.code() } });
    assert.equal(again.status, 200);
    assertClaims(browser, aal2, ['pwd', 'otp', 'mfa']);
  });

  test('a remembered device spares the question and claims no second factor', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    const body = { code: person.app.code(), rememberDevice: true };
    await browser.call('signInWithTotp', { body });
    await browser.call('endSession');
    assert.equal((await byPassword(browser, person.email)).body.state, 'signed-in');
    assertClaims(browser, aal1, ['pwd']);
    server.clock.advance(31 * 86_400_000);
    assert.equal((await byPassword(browser, person.email)).body.state, 'second-factor');
  });

  test('the device of somebody else is not remembered for this person', async () => {
    const [ada, eve] = [
      await withApp(server, await someone(server)),
      await withApp(server, await someone(server)),
    ];
    const browser = userAgent(server);
    await byPassword(browser, eve.email);
    await browser.call('signInWithTotp', { body: { code: eve.app.code(), rememberDevice: true } });
    await browser.call('endSession');
    assert.equal((await byPassword(browser, ada.email)).body.state, 'second-factor');
  });
});

describe('where two factors are asked of everybody', () => {
  let server: TestServer;
  before(async () => {
    server = await openStage({ parts: { policy: policyWith({ required: 2 }) } });
  });
  after(() => server[Symbol.asyncDispose]());
  beforeEach(() => server.clock.advance(60_000));

  const newcomer = async (email: string) => {
    const browser = userAgent(server);
    await browser.call('signUp', { body: { email, password: 'correct horse battery staple' } });
    return { browser, answer: await byPassword(browser, email) };
  };

  test('a newcomer sets an app up before there is a session', async () => {
    const { browser, answer } = await newcomer('app@example.org');
    assert.deepEqual([answer.body.state, answer.body.methods], ['enrol', ['passkey', 'totp']]);
    assert.equal((await browser.call('getSession')).status, 401);
    const begun = await browser.call('beginTotpInSignIn');
    const app = totpApp(begun.body.uri, server);
    const { enrolment } = begun.body;
    const wrong = await browser.call('confirmTotpInSignIn', { body: { enrolment, code: '000000' } });
    assert.equal(wrong.body.code, 'wrong_code');
    const done = await browser.call('confirmTotpInSignIn', { body: { enrolment, code: app.code() } });
    assert.equal(done.body.answer.state, 'signed-in');
    assert.equal(done.body.recoveryCodes.length, 10);
    assertClaims(browser, aal2, ['pwd', 'otp', 'mfa']);
  });

  test('a newcomer sets a passkey up before there is a session', async () => {
    const { browser } = await newcomer('key@example.org');
    const { body } = await browser.call('passkeyOptionsInSignIn');
    const credential = newKey().register(body.options, { uv: true });
    const done = await browser.call('addPasskeyInSignIn', { body: { credential } });
    assert.equal(done.body.answer.state, 'signed-in');
    assertClaims(browser, aal2, ['pwd', 'hwk', 'user', 'mfa']);
  });

  test('a recovery code leads to a new factor and no session before it', async () => {
    const { browser } = await newcomer('lost@example.org');
    const begun = await browser.call('beginTotpInSignIn');
    const { enrolment, uri } = begun.body;
    const code = totpApp(uri, server).code();
    const { body } = await browser.call('confirmTotpInSignIn', { body: { enrolment, code } });
    const other = userAgent(server);
    await byPassword(other, 'lost@example.org');
    const [recovery] = body.recoveryCodes;
    const answer = await other.call('signInWithRecoveryCode', { body: { code: recovery } });
    assert.deepEqual([answer.body.state, answer.body.methods], ['enrol', ['passkey', 'totp']]);
    assert.equal((await other.call('getSession')).status, 401);
    const again = await other.call('beginTotpInSignIn');
    const app = totpApp(again.body.uri, server);
    const done = await other.call('confirmTotpInSignIn', {
      body: { enrolment: again.body.enrolment, code: app.code() },
    });
    assert.equal(done.body.answer.state, 'signed-in');
  });

  test('whoever knows only the password cannot set a factor of their own up in place of the owner’s', async () => {
    const { browser } = await newcomer('owner@example.org');
    const begun = await browser.call('beginTotpInSignIn');
    const code = totpApp(begun.body.uri, server).code();
    await browser.call('confirmTotpInSignIn', { body: { enrolment: begun.body.enrolment, code } });
    const thief = userAgent(server);
    assert.equal((await byPassword(thief, 'owner@example.org')).body.state, 'second-factor');
    assert.equal((await thief.call('beginTotpInSignIn')).status, 403);
    assert.equal((await thief.call('passkeyOptionsInSignIn')).status, 403);
  });

  test('the last second factor cannot be taken away', async () => {
    const { browser } = await newcomer('last@example.org');
    const begun = await browser.call('beginTotpInSignIn');
    const code = totpApp(begun.body.uri, server).code();
    await browser.call('confirmTotpInSignIn', { body: { enrolment: begun.body.enrolment, code } });
    const { body } = await browser.call('listAuthenticators');
    const totp = body.authenticators.find(({ kind }: { kind: string }) => kind === 'totp');
    assert.equal((await browser.call('removeAuthenticator', { params: { id: totp.id } })).status, 403);
  });
});

describe('where a code may not stand in for a passkey', () => {
  test('an owner of an app shows it first and then sets a passkey up', async () => {
    const policy = policyWith({ required: 2 });
    const passkeysOnly = policyWith({ required: 2, isPhishingResistant: true });
    // What an administrator decides later is the same policy with another rule in it.
    const inForce = { ...policy };
    await using server = await openStage({ parts: { policy: inForce } });
    const browser = userAgent(server);
    const email = 'stricter@example.org';
    await browser.call('signUp', { body: { email, password: 'correct horse battery staple' } });
    await byPassword(browser, email);
    const begun = await browser.call('beginTotpInSignIn');
    const app = totpApp(begun.body.uri, server);
    await browser.call('confirmTotpInSignIn', {
      body: { enrolment: begun.body.enrolment, code: app.code() },
    });
    server.clock.advance(30_000);
    Object.assign(inForce, passkeysOnly);
    const other = userAgent(server);
    assert.equal((await byPassword(other, email)).body.state, 'second-factor');
    const next = await other.call('signInWithTotp', { body: { code: app.code() } });
    assert.deepEqual([next.body.state, next.body.methods], ['enrol', ['passkey']]);
    const { body } = await other.call('passkeyOptionsInSignIn');
    const credential = newKey().register(body.options, { uv: true });
    const done = await other.call('addPasskeyInSignIn', { body: { credential } });
    assert.equal(done.body.answer.state, 'signed-in');
    assertClaims(other, aal2, ['pwd', 'otp', 'hwk', 'user', 'mfa']);
  });
});

describe('where the person picks which session gives way', () => {
  let server: TestServer;
  before(async () => {
    const concurrent = { ...balanced.session.concurrent, max: 2, onLimit: 'ask' } as const;
    const policy = { ...balanced, session: { ...balanced.session, concurrent } };
    server = await openStage({ parts: { policy } });
  });
  after(() => server[Symbol.asyncDispose]());

  test('a sign-in too many asks, ends the chosen one and no other', async () => {
    const first = await someone(server);
    const second = userAgent(server);
    await byPassword(second, first.email);
    const third = userAgent(server);
    const { body } = await byPassword(third, first.email);
    assert.equal(body.state, 'choose-session');
    assert.equal(body.sessions.length, 2);
    assert.equal((await third.call('getSession')).status, 401);
    const done = await third.call('chooseSession', { body: { endSessionId: first.sessionId } });
    assert.equal(done.body.state, 'signed-in');
    assert.equal((await first.browser.call('getSession')).status, 401);
    assert.equal((await second.call('getSession')).status, 200);
  });

  test('nobody ends somebody else’s session on the way', async () => {
    const [ada, eve] = [await someone(server), await someone(server)];
    await byPassword(userAgent(server), eve.email);
    const browser = userAgent(server);
    assert.equal((await byPassword(browser, eve.email)).body.state, 'choose-session');
    const answer = await browser.call('chooseSession', { body: { endSessionId: ada.sessionId } });
    assert.equal(answer.status, 404);
    assert.equal((await ada.browser.call('getSession')).status, 200);
  });
});
