import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { completeRecoveries } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { totpApp } from '@argus/testing/totp-app';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPassword, claimsOf, newKey, withApp, withPasskey } from './authenticator-stage.ts';
import { openStage, type Person, password, signIn, someone, withKey } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => server.clock.advance(60_000));

const newPassword = 'an entirely different sentence';
const minute = 60_000;

/** The token of the newest mail of a kind to an address. */
async function tokenFor(email: string, kind: string): Promise<string> {
  const mail = (await mailsTo(server, email)).findLast((each) => each.kind === kind);
  assert.ok(mail, `no mail of kind ${kind} came to ${email}`);
  return linkIn(mail).searchParams.get('token') ?? '';
}

async function resetTokenOf(email: string): Promise<string> {
  const { status, body } = await userAgent(server).call('beginRecovery', { body: { email } });
  assert.deepEqual([status, body], [202, { state: 'sent' }]);
  return tokenFor(email, 'reset-password');
}

const reset = (token: string, browser: UserAgent = userAgent(server)) =>
  browser.call('completeRecovery', { body: { token, password: newPassword } });

const byNew = (browser: UserAgent, email: string) =>
  browser.call('signIn', { body: { identifier: email, password: newPassword } });

describe('a forgotten password', () => {
  test('is set anew by a link from a mail, which ends every session and counts once', async () => {
    const person = await someone(server);
    const token = await resetTokenOf(person.email);
    const browser = userAgent(server);
    assert.equal((await reset(token, browser)).body.state, 'signed-in');
    assert.equal((await person.browser.call('getSession')).status, 401);
    assert.equal((await byPassword(userAgent(server), person.email)).status, 401);
    assert.equal((await byNew(userAgent(server), person.email)).status, 200);
    assert.equal((await reset(token)).body.code, 'link_invalid');
  });

  test('of many that come with one link at once, one sets it', async () => {
    const person = await someone(server);
    const token = await resetTokenOf(person.email);
    const replies = await Promise.all(Array.from({ length: 6 }, () => reset(token)));
    assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    assert.equal(replies.filter(({ body }) => body.code === 'link_invalid').length, 5);
  });

  test('is not set after thirty minutes, nor by a link that a newer one replaced', async () => {
    const person = await someone(server);
    const first = await resetTokenOf(person.email);
    const second = await resetTokenOf(person.email);
    assert.equal((await reset(first)).body.code, 'link_invalid');
    server.clock.advance(30 * minute);
    assert.equal((await reset(second)).body.code, 'link_invalid');
    const third = await resetTokenOf(person.email);
    server.clock.advance(30 * minute - 1);
    assert.equal((await reset(third)).status, 200);
  });

  test('keeps the second factor', async () => {
    const person = await withApp(server, await verified(await someone(server)));
    const browser = userAgent(server);
    const { body } = await reset(await resetTokenOf(person.email), browser);
    assert.deepEqual([body.state, body.methods], ['second-factor', ['totp', 'recovery-code']]);
    assert.equal((await browser.call('getSession')).status, 401);
    const done = await browser.call('signInWithTotp', { body: { code: person.app.code() } });
    assert.equal(done.body.state, 'signed-in');
    assert.equal(claimsOf(browser).acr, 'urn:argus:aal2');
  });

  test('keeps to the rules of passwords', async () => {
    const person = await someone(server);
    const token = await resetTokenOf(person.email);
    const call = { body: { token, password: 'short' } };
    assert.equal((await userAgent(server).call('completeRecovery', call)).body.code, 'password_too_short');
    assert.equal((await reset(token)).status, 200, 'and the link is still good');
  });

  test('is nobody’s who is disabled', async () => {
    const person = await someone(server);
    const token = await resetTokenOf(person.email);
    const headers = await withKey(server);
    const change = { headers, params: { id: person.userId }, body: { status: 'disabled' } };
    await userAgent(server).call('adminChangeUser', change);
    assert.equal((await reset(token)).body.code, 'link_invalid');
  });
});

async function verified(person: Person): Promise<Person> {
  const token = await tokenFor(person.email, 'verify-email');
  const { body } = await userAgent(server).call('verifyEmail', { body: { token } });
  assert.deepEqual(body, { state: 'verified' });
  return person;
}

describe('whoever signed up with somebody else’s address', () => {
  test('keeps nothing once its owner comes by mail: pre-hijacking', async () => {
    const thief = await withApp(server, await someone(server));
    const key = newKey();
    await withPasskey(thief, key, { uv: true });
    const owner = userAgent(server);
    const { body } = await reset(await resetTokenOf(thief.email), owner);
    assert.equal(body.state, 'signed-in', 'no factor of the thief is asked for');
    assert.equal((await thief.browser.call('getSession')).status, 401);
    const kinds = (await owner.call('listAuthenticators')).body.authenticators.map(
      ({ kind }: { kind: string }) => kind,
    );
    assert.deepEqual(kinds, ['password']);
    const again = userAgent(server);
    const { body: options } = await again.call('signInPasskeyOptions');
    const credential = key.authenticate(options.options, { uv: true });
    assert.equal((await again.call('signInWithPasskey', { body: { credential } })).status, 401);
  });
});

describe('an address', () => {
  test('is confirmed by its link once, and by looking at it never', async () => {
    const person = await someone(server);
    const token = await tokenFor(person.email, 'verify-email');
    const page = await userAgent(server).fetch(`/verify-email?token=${token}`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /Confirm your address/);
    await verified(person);
    assert.equal((await userAgent(server).call('verifyEmail', { body: { token } })).status, 410);
  });

  test('changes once mail has arrived at the new one, and the old one can take it back', async () => {
    const person = await verified(await someone(server));
    const to = `moved-${person.email}`;
    server.clock.advance(1_000);
    const asked = await person.browser.call('changeEmail', { body: { email: to } });
    assert.deepEqual([asked.status, asked.body], [202, { state: 'sent' }]);
    assert.equal((await byPassword(userAgent(server), to)).status, 401, 'not yet');
    const { body } = await userAgent(server).call('verifyEmail', {
      body: { token: await tokenFor(to, 'verify-email') },
    });
    assert.deepEqual(body, { state: 'changed' });
    assert.equal((await byPassword(userAgent(server), to)).status, 200);
    const undo = await tokenFor(person.email, 'email-changed');
    assert.equal((await userAgent(server).call('undoChanges', { body: { token: undo } })).status, 200);
    assert.equal((await byPassword(userAgent(server), to)).status, 401);
    assert.equal(
      (await byPassword(userAgent(server), person.email)).status,
      200,
      'the password was the owner’s',
    );
  });

  test('that somebody has goes to nobody else, and the answer does not tell', async () => {
    const [ada, eve] = [await someone(server), await someone(server)];
    const known = await eve.browser.call('changeEmail', { body: { email: ada.email } });
    const unknown = await eve.browser.call('changeEmail', { body: { email: 'free@example.org' } });
    assert.deepEqual([known.status, known.body], [unknown.status, unknown.body]);
    const mails = await mailsTo(server, ada.email);
    assert.deepEqual(
      mails.map(({ kind }) => kind).filter((kind) => kind !== 'verify-email'),
      ['known-address'],
    );
  });

  test('is changed only after a fresh proof of the strongest that there is', async () => {
    const person = await withApp(server, await someone(server));
    const other = userAgent(server);
    await byPassword(other, person.email);
    const [code] = person.recoveryCodes;
    await other.call('signInWithRecoveryCode', { body: { code } });
    const answer = await other.call('changeEmail', { body: { email: 'thief@example.org' } });
    assert.equal(answer.body.code, 'insufficient_user_authentication');
  });
});

describe('an account that was taken over', () => {
  test('is its owner’s again, whatever the thief changed and however often', async () => {
    const owner = await verified(await someone(server));
    const thief = userAgent(server);
    await signIn(thief, owner.email);
    server.clock.advance(1_000);
    const change = { currentPassword: password, newPassword: 'a sentence of the thief alone' };
    assert.equal((await thief.call('changePassword', { body: change })).status, 200);
    server.clock.advance(1_000);
    const begun = await thief.call('beginTotp');
    const app = totpApp(begun.body.uri, server);
    const confirm = { enrolment: begun.body.enrolment, code: app.code() };
    assert.equal((await thief.call('confirmTotp', { body: confirm })).status, 201);
    server.clock.advance(1_000);
    assert.equal((await thief.call('changeEmail', { body: { email: 'thief@evil.example' } })).status, 202);
    const moved = await tokenFor('thief@evil.example', 'verify-email');
    await userAgent(server).call('verifyEmail', { body: { token: moved } });
    server.clock.advance(2 * 3_600_000);
    // The address that was left is not free for the thief to take, nor for anybody.
    await userAgent(server).call('signUp', { body: { email: owner.email, password: newPassword } });
    assert.equal((await byNew(userAgent(server), owner.email)).status, 401);

    const notices = await mailsTo(server, owner.email);
    const first = notices.find(({ kind }) => kind === 'password-changed');
    assert.ok(first);
    const last = await tokenFor(owner.email, 'email-changed');
    assert.equal((await userAgent(server).call('undoChanges', { body: { token: last } })).status, 200);
    // The newest notice undoes the newest change; the first one undoes them all.
    const token = linkIn(first).searchParams.get('token') ?? '';
    assert.equal((await userAgent(server).call('undoChanges', { body: { token } })).status, 200);
    assert.equal((await thief.call('getSession')).status, 401);
    const browser = userAgent(server);
    const done = await reset(await tokenFor(owner.email, 'reset-password'), browser);
    assert.equal(done.body.state, 'signed-in');
    const { body } = await browser.call('listAuthenticators');
    assert.deepEqual(
      body.authenticators.map(({ kind }: { kind: string }) => kind),
      ['password'],
    );
    assert.equal((await browser.call('getSession')).body.user.email, owner.email);
  });

  test('is not given back by links that the thief caused, once its owner has undone', async () => {
    const owner = await verified(await someone(server));
    const thief = userAgent(server);
    await signIn(thief, owner.email);
    server.clock.advance(1_000);
    await thief.call('changeEmail', { body: { email: 'second@evil.example' } });
    await userAgent(server).call('verifyEmail', {
      body: { token: await tokenFor('second@evil.example', 'verify-email') },
    });
    server.clock.advance(1_000);
    await thief.call('newRecoveryCodes');
    const thiefs = await tokenFor('second@evil.example', 'recovery-codes-replaced');
    const undo = await tokenFor(owner.email, 'email-changed');
    assert.equal((await userAgent(server).call('undoChanges', { body: { token: undo } })).status, 200);
    assert.equal((await userAgent(server).call('undoChanges', { body: { token: thiefs } })).status, 410);
  });
});

describe('second factors that were lost', () => {
  const started = async (person: Person) => {
    const call = { headers: await withKey(server), params: { id: person.userId } };
    const answer = await userAgent(server).call('adminStartRecovery', call);
    assert.equal(answer.status, 201);
    return call;
  };

  test('are removed a day after an administrator asked, and sessions end', async () => {
    const person = await withApp(server, await someone(server));
    await started(person);
    server.clock.advance(24 * 3_600_000 - 1);
    assert.equal(await completeRecoveries(server.argus.services), 0);
    server.clock.advance(1);
    assert.equal(await completeRecoveries(server.argus.services), 1);
    assert.equal(await completeRecoveries(server.argus.services), 0);
    assert.equal((await byPassword(userAgent(server), person.email)).body.state, 'signed-in');
  });

  test('stay when their owner stops it by the link of the notice', async () => {
    const person = await withApp(server, await someone(server));
    await started(person);
    const token = await tokenFor(person.email, 'recovery-started');
    const stop = () => userAgent(server).call('stopRecovery', { body: { token } });
    assert.equal((await stop()).status, 200);
    assert.equal((await stop()).status, 410);
    server.clock.advance(25 * 3_600_000);
    assert.equal(await completeRecoveries(server.argus.services), 0);
    assert.equal((await byPassword(userAgent(server), person.email)).body.state, 'second-factor');
  });

  test('stay when the administrator cancels it, and two do not run at once', async () => {
    const person = await withApp(server, await someone(server));
    const call = await started(person);
    const admin = userAgent(server);
    assert.equal((await admin.call('adminStartRecovery', call)).status, 409);
    assert.equal((await admin.call('adminShowRecovery', call)).body.startedBy, 'operator');
    assert.equal((await admin.call('adminCancelRecovery', call)).status, 204);
    assert.equal((await admin.call('adminShowRecovery', call)).status, 404);
  });
});

describe('an administrator', () => {
  test('sends a link and learns nothing of it', async () => {
    const person = await someone(server);
    const call = { headers: await withKey(server), params: { id: person.userId } };
    const { status, body } = await userAgent(server).call('adminSendPasswordReset', call);
    assert.deepEqual([status, body], [202, { state: 'sent' }]);
    assert.equal((await reset(await tokenFor(person.email, 'reset-password'))).status, 200);
  });

  test('sees and takes away a stolen authenticator, and its owner hears of it', async () => {
    const person = await withApp(server, await someone(server));
    const headers = await withKey(server);
    const list = await userAgent(server).call('adminListAuthenticators', {
      headers,
      params: { id: person.userId },
    });
    const totp = list.body.authenticators.find(({ kind }: { kind: string }) => kind === 'totp');
    const params = { id: person.userId, authenticatorId: totp.id };
    const remove = () => userAgent(server).call('adminRemoveAuthenticator', { headers, params });
    assert.equal((await remove()).status, 204);
    assert.equal((await remove()).status, 404);
    assert.ok(await tokenFor(person.email, 'authenticator-removed'));
  });

  test('of another tenant finds nobody', async () => {
    const person = await someone(server);
    const headers = await withKey(server);
    await userAgent(server).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
    const call = { headers, params: { id: person.userId }, query: { tenant: 'other' } };
    for (const name of [
      'adminListAuthenticators',
      'adminSendPasswordReset',
      'adminStartRecovery',
      'adminShowRecovery',
      'adminCancelRecovery',
    ] as const)
      assert.equal((await userAgent(server).call(name, call)).status, 404, name);
  });
});
