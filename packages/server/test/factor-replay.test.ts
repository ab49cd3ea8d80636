import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { type Reply, userAgent } from '@argus/testing/user-agent';
import { byPassword, newKey, stepUpByPasskey, withApp, withPasskey } from './authenticator-stage.ts';
import { openStage, password, refresh, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => server.clock.advance(60_000));

const admitted = (replies: readonly Reply[]) =>
  replies.filter(({ body }) => body?.state === 'signed-in').length;

describe('shown many times at once, only one counts of', () => {
  test('a code of an app, from browsers that all proved the password', async () => {
    const person = await withApp(server, await someone(server));
    const browsers = Array.from({ length: 5 }, () => userAgent(server));
    for (const browser of browsers) await byPassword(browser, person.email);
    const code = person.app.code();
    const replies = await Promise.all(
      browsers.map((browser) => browser.call('signInWithTotp', { body: { code } })),
    );
    assert.equal(admitted(replies), 1);
    assert.equal(replies.filter(({ body }) => body.code === 'wrong_code').length, 4);
  });

  test('a code of an app, from copies of one browser', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    const code = person.app.code();
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => browser.copy().call('signInWithTotp', { body: { code } })),
    );
    assert.equal(admitted(replies), 1);
  });

  test('a recovery code', async () => {
    const person = await withApp(server, await someone(server));
    const browsers = Array.from({ length: 5 }, () => userAgent(server));
    for (const browser of browsers) await byPassword(browser, person.email);
    const [code] = person.recoveryCodes;
    const replies = await Promise.all(
      browsers.map((browser) => browser.call('signInWithRecoveryCode', { body: { code } })),
    );
    assert.equal(admitted(replies), 1);
  });

  test('the answer of a passkey', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const browser = userAgent(server);
    const { body } = await browser.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    const replies = await Promise.all(
      Array.from({ length: 5 }, () => browser.copy().call('signInWithPasskey', { body: { credential } })),
    );
    assert.equal(admitted(replies), 1);
    const later = await browser.call('signInWithPasskey', { body: { credential } });
    assert.equal(later.status, 401);
  });

  test('the answer of a passkey to a step-up', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const { body } = await person.browser.call('stepUpOptions');
    const credential = key.authenticate(body.passkey, { uv: true });
    const replies = await Promise.all(
      Array.from({ length: 5 }, () =>
        person.browser.copy().call('stepUpWithPasskey', { body: { credential } }),
      ),
    );
    assert.equal(admitted(replies), 1);
  });
});

describe('a challenge is worth nothing', () => {
  test('in another browser', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const [one, other] = [userAgent(server), userAgent(server)];
    const { body } = await one.call('signInPasskeyOptions');
    await other.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    assert.equal((await other.call('signInWithPasskey', { body: { credential } })).status, 401);
  });

  test('for another ceremony: one of a sign-in raises no session', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const { body } = await person.browser.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    const answer = await person.browser.call('stepUpWithPasskey', { body: { credential } });
    assert.equal(answer.body.code, 'passkey_refused');
  });

  test('after five minutes', async () => {
    const person = await someone(server);
    const key = newKey();
    await withPasskey(person, key, { uv: true });
    const browser = userAgent(server);
    const { body } = await browser.call('signInPasskeyOptions');
    const credential = key.authenticate(body.options, { uv: true });
    server.clock.advance(5 * 60_000);
    assert.equal((await browser.call('signInWithPasskey', { body: { credential } })).status, 401);
  });
});

describe('somebody else’s passkey', () => {
  test('is no second factor of this account', async () => {
    const [ada, eve] = [await someone(server), await someone(server)];
    const [adas, eves] = [newKey(), newKey()];
    await withPasskey(ada, adas, { uv: true });
    await withPasskey(eve, eves, { uv: true });
    const thief = userAgent(server);
    await byPassword(thief, ada.email);
    const { body } = await thief.call('signInPasskeyOptions');
    const credential = eves.authenticate({ ...body.options, allowCredentials: [] }, { uv: true });
    const answer = await thief.call('signInWithPasskey', { body: { credential } });
    assert.equal(answer.body.code, 'passkey_refused');
  });

  test('raises no session of this account', async () => {
    const [ada, eve] = [await someone(server), await someone(server)];
    const [adas, eves] = [newKey(), newKey()];
    await withPasskey(ada, adas, { uv: true });
    await withPasskey(eve, eves, { uv: true });
    const { body } = await ada.browser.call('stepUpOptions');
    const credential = eves.authenticate({ ...body.passkey, allowCredentials: [] }, { uv: true });
    const answer = await ada.browser.call('stepUpWithPasskey', { body: { credential } });
    assert.equal(answer.body.code, 'passkey_refused');
  });
});

describe('a sign-in on its way', () => {
  test('ends when the password is changed meanwhile', async () => {
    const person = await withApp(server, await someone(server));
    const thief = userAgent(server);
    await byPassword(thief, person.email);
    await person.browser.call('stepUpWithTotp', { body: { code: person.app.code() } });
    const changed = await person.browser.call('changePassword', {
      body: { currentPassword: password, newPassword: 'an entirely different sentence' },
    });
    assert.equal(changed.status, 200);
    server.clock.advance(30_000);
    const answer = await thief.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(answer.body.code, 'sign_in_expired');
  });

  test('ends after ten minutes', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    server.clock.advance(10 * 60_000);
    const answer = await browser.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(answer.body.code, 'sign_in_expired');
  });

  test('gets a new name with every proof, so that a planted one comes to nothing', async () => {
    const person = await withApp(server, await someone(server));
    const victim = userAgent(server);
    await victim.call('signInPasskeyOptions');
    const planted = victim.cookies.get(cookieNames.attempt);
    const attacker = victim.copy();
    await byPassword(victim, person.email);
    assert.notEqual(victim.cookies.get(cookieNames.attempt), planted);
    const answer = await attacker.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(answer.body.code, 'sign_in_expired');
  });

  test('is nobody’s session: its cookie opens nothing', async () => {
    const person = await withApp(server, await someone(server));
    const browser = userAgent(server);
    await byPassword(browser, person.email);
    for (const name of ['getSession', 'listSessions', 'listAuthenticators', 'beginTotp'] as const)
      assert.equal((await browser.call(name)).status, 401);
  });
});

describe('ways in are changed', () => {
  test('only after a fresh proof of the strongest that there is', async () => {
    const person = await withApp(server, await someone(server));
    server.clock.advance(16 * 60_000);
    await refresh(person.browser, 0);
    const { body } = await person.browser.call('listAuthenticators');
    const totp = body.authenticators.find(({ kind }: { kind: string }) => kind === 'totp');
    const remove = () => person.browser.call('removeAuthenticator', { params: { id: totp.id } });
    const stale = await remove();
    assert.equal(stale.body.code, 'insufficient_user_authentication');
    assert.match(stale.headers.get('www-authenticate') ?? '', /acr_values="urn:argus:aal2", max_age="900"/);
    const options = await person.browser.call('stepUpOptions');
    assert.deepEqual(options.body.methods, ['totp'], 'a password does not stand in for the app');
    const weak = await person.browser.call('stepUpWithPassword', { body: { password } });
    assert.equal(weak.status, 401);
    assert.equal((await remove()).status, 401);
    await person.browser.call('stepUpWithTotp', { body: { code: person.app.code() } });
    assert.equal((await remove()).status, 204);
  });

  test('by a passkey as well, whose counter only grows', async () => {
    const person = await someone(server);
    const key = newKey({ counter: 5 });
    await withPasskey(person, key, { uv: true });
    assert.equal((await stepUpByPasskey(person.browser, key, { uv: true, counter: 6 })).status, 200);
    const copied = await stepUpByPasskey(person.browser, key, { uv: true, counter: 6 });
    assert.equal(copied.body.code, 'passkey_refused');
  });
});
