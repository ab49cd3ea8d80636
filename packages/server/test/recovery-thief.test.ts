import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { byPassword, newKey, withPasskey } from './authenticator-stage.ts';
import { openStage, type Person, password, signIn, someone } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());
beforeEach(() => server.clock.advance(60_000));

const ownersPassword = 'an entirely different sentence';
const thiefsPassword = 'a sentence of the thief alone';

async function tokenFor(email: string, kind: string): Promise<string> {
  const mail = (await mailsTo(server, email)).findLast((each) => each.kind === kind);
  assert.ok(mail, `no mail of kind ${kind} came to ${email}`);
  return linkIn(mail).searchParams.get('token') ?? '';
}

const confirm = (token: string) => userAgent(server).call('verifyEmail', { body: { token } });
const undo = (token: string) => userAgent(server).call('undoChanges', { body: { token } });
const reset = (token: string, browser: UserAgent = userAgent(server)) =>
  browser.call('completeRecovery', { body: { token, password: ownersPassword } });

async function verifiedPerson(): Promise<Person> {
  const person = await someone(server);
  assert.equal((await confirm(await tokenFor(person.email, 'verify-email'))).status, 200);
  return person;
}

/** A thief with the password, in a session of their own. */
async function thiefOf({ email }: Person): Promise<UserAgent> {
  const thief = userAgent(server);
  await signIn(thief, email);
  server.clock.advance(1_000);
  return thief;
}

/** The thief asks for a change of the address, and keeps its link for later. */
async function keptChange(thief: UserAgent, to: string): Promise<string> {
  assert.equal((await thief.call('changeEmail', { body: { email: to } })).status, 202);
  server.clock.advance(1_000);
  return tokenFor(to, 'verify-email');
}

async function takePassword(thief: UserAgent): Promise<void> {
  const body = { currentPassword: password, newPassword: thiefsPassword };
  assert.equal((await thief.call('changePassword', { body })).status, 200);
  server.clock.advance(1_000);
}

describe('the first notice of a take-over, opened alone,', () => {
  test('gives the address back too, and the new password is the owner’s to set', async () => {
    const owner = await verifiedPerson();
    const thief = await thiefOf(owner);
    await takePassword(thief);
    await confirm(await keptChange(thief, 'first-only@evil.example'));
    assert.equal((await undo(await tokenFor(owner.email, 'password-changed'))).status, 200);
    const atThief = await mailsTo(server, 'first-only@evil.example');
    assert.deepEqual(
      atThief.filter(({ kind }) => kind === 'reset-password'),
      [],
    );
    const browser = userAgent(server);
    assert.equal(
      (await reset(await tokenFor(owner.email, 'reset-password'), browser)).body.state,
      'signed-in',
    );
    assert.equal((await browser.call('getSession')).body.user.email, owner.email);
  });
});

describe('a change of the address that a thief keeps for later', () => {
  test('does not outlive an undoing of what came after it', async () => {
    const owner = await verifiedPerson();
    const thief = await thiefOf(owner);
    const kept = await keptChange(thief, 'kept-undo@evil.example');
    await takePassword(thief);
    assert.equal((await undo(await tokenFor(owner.email, 'password-changed'))).status, 200);
    assert.equal((await confirm(kept)).status, 410);
  });

  test('does not outlive a new password by mail: pre-hijacking by an unexpired change', async () => {
    const thief = await someone(server);
    const kept = await keptChange(thief.browser, 'kept-reset@evil.example');
    await userAgent(server).call('beginRecovery', { body: { email: thief.email } });
    assert.equal((await reset(await tokenFor(thief.email, 'reset-password'))).status, 200);
    assert.equal((await confirm(kept)).status, 410);
  });
});

describe('an account that a thief made with an address of somebody else', () => {
  test('keeps nothing that the thief set up once its owner undoes, however old it is', async () => {
    const thief = await someone(server);
    await withPasskey(thief, newKey(), { uv: true });
    server.clock.advance(1_000);
    await confirm(await keptChange(thief.browser, 'maker@evil.example'));
    assert.equal((await undo(await tokenFor(thief.email, 'email-changed'))).status, 200);
    const owner = userAgent(server);
    await reset(await tokenFor(thief.email, 'reset-password'), owner);
    const { body } = await owner.call('listAuthenticators');
    assert.deepEqual(
      body.authenticators.map(({ kind }: { kind: string }) => kind),
      ['password'],
    );
  });
});

describe('a thief who changes the address while its owner undoes', () => {
  test('does not keep the account, whichever comes first', async () => {
    const owner = await verifiedPerson();
    const thief = await thiefOf(owner);
    await takePassword(thief);
    const kept = await keptChange(thief, 'racing@evil.example');
    const token = await tokenFor(owner.email, 'password-changed');
    const [undone] = await Promise.all([undo(token), confirm(kept)]);
    // A change in between is a conflict, and the link is good for the next try.
    if (undone.status !== 200) assert.deepEqual([undone.status, (await undo(token)).status], [409, 200]);
    const browser = userAgent(server);
    await reset(await tokenFor(owner.email, 'reset-password'), browser);
    assert.equal((await browser.call('getSession')).body.user.email, owner.email);
  });
});

describe('a link from a mail', () => {
  test('sets the password of nobody but whose it is', async () => {
    const [ada, ben] = [await verifiedPerson(), await verifiedPerson()];
    await userAgent(server).call('beginRecovery', { body: { email: ada.email } });
    const browser = userAgent(server);
    await signIn(browser, ben.email);
    await reset(await tokenFor(ada.email, 'reset-password'), browser);
    assert.equal((await byPassword(userAgent(server), ben.email)).status, 200);
  });
});
