import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import { generousLimits } from '@argus/server';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { newKey, type WithApp, withApp, withPasskey } from './authenticator-stage.ts';
import { inviteByMail, newAddress, tokenTo } from './invitation-stage.ts';
import { openStage, password, refresh, signIn, withKey } from './stage.ts';

const hijackersPassword = 'what the hijacker chose to type';
const issuer = 'https://provider-of-the-hijacker.example';
let server: TestServer;
before(async () => {
  server = await openStage({ parts: { limits: generousLimits } });
});
after(() => server[Symbol.asyncDispose]());

interface Hijacked extends WithApp {
  readonly thief: UserAgent;
  /** Holds the device that the account knew, and nothing else. */
  readonly device: UserAgent;
}

/** Somebody signed up with an address that is another's, and set up all that keeps a way in. */
async function hijacked(email: string): Promise<Hijacked> {
  const thief = userAgent(server);
  await thief.call('signUp', { body: { email, password: hijackersPassword, name: 'Mallory' } });
  const signedIn = await thief.call('signIn', { body: { identifier: email, password: hijackersPassword } });
  const person = {
    browser: thief,
    email,
    userId: signedIn.body.user.id,
    sessionId: signedIn.body.session.id,
  };
  const owner = await withApp(server, person);
  await withPasskey(owner, newKey(), { uv: true });
  await thief.call('changeEmail', { body: { email: `moved-${email}` } });
  const { store, clock } = server.argus.services;
  const at = clock.now();
  const identity = {
    issuer,
    subject: email,
    providerId: 'theirs',
    userId: person.userId,
    email,
    linkedAt: at,
    lastUsedAt: at,
  };
  const linked = await store.commit({
    tenant: 'default',
    changes: [{ kind: 'link-identity', identity: identity as never }],
    events: [],
  });
  assert.ok(linked.isCommitted);
  const device = userAgent(
    server,
    {},
    new Map([[cookieNames.device, thief.cookies.get(cookieNames.device) ?? '']]),
  );
  return { ...owner, thief, device };
}

/** Nothing that the hijacker has opens anything, and nothing of theirs stands in the account. */
async function assertNothingLives(
  { thief, device, userId, app, email }: Hijacked,
  owner: UserAgent,
): Promise<void> {
  assert.equal((await thief.call('getSession')).status, 401);
  assert.equal((await refresh(thief)).status, 401);
  const guess = await device.call('signIn', { body: { identifier: email, password: hijackersPassword } });
  assert.equal(guess.body.code, 'invalid_credentials');
  const { body: session } = await owner.call('getSession');
  assert.equal(session.user.email, email);
  assert.notEqual(session.user.name, 'Mallory');
  const { body: held } = await owner.call('listAuthenticators');
  assert.deepEqual(
    held.authenticators.map(({ kind }: { kind: string }) => kind),
    ['password'],
  );
  const { pool } = server.argus.services.store;
  const count = async (sql: string) => (await pool.query(sql, [userId])).rowCount;
  assert.equal(await count('SELECT FROM identities WHERE user_id = $1'), 0);
  assert.equal(await count('SELECT FROM consents WHERE user_id = $1'), 0);
  assert.equal(await count('SELECT FROM remembered_devices WHERE user_id = $1'), 0);
  assert.equal(await count("SELECT FROM sessions WHERE user_id = $1 AND state = 'active'"), 1);
  // The change of the address that waits in the hijacker’s own mailbox.
  const moved = (await mailsTo(server, `moved-${email}`)).at(-1);
  assert.ok(moved);
  const token = linkIn(moved).searchParams.get('token');
  assert.equal((await thief.call('verifyEmail', { body: { token } })).status, 410);
  assert.ok(app.code());
}

describe('somebody signed up with an address that is not theirs; its owner comes', () => {
  test('by a forgotten password', async () => {
    const email = newAddress();
    const theft = await hijacked(email);
    const owner = userAgent(server);
    await owner.call('beginRecovery', { body: { email } });
    const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'reset-password');
    assert.ok(mail);
    const token = linkIn(mail).searchParams.get('token');
    const done = await owner.call('completeRecovery', { body: { token, password } });
    assert.deepEqual([done.status, done.body.state], [200, 'signed-in']);
    await assertNothingLives(theft, owner);
  });

  test('by an invitation that was sent before', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email, name: 'Ada', roles: ['editor'] });
    const theft = await hijacked(email);
    const owner = userAgent(server);
    const done = await owner.call('acceptInvitation', { body: { token, password } });
    assert.deepEqual([done.status, done.body.state, done.body.user.name], [200, 'signed-in', 'Ada']);
    assert.deepEqual(done.body.user.roles, ['editor']);
    await assertNothingLives(theft, owner);
  });

  test('and what was guessed at before locks nobody out after', async () => {
    const email = newAddress();
    const { token } = await inviteByMail(server, { email });
    await hijacked(email);
    const guess = (typed: string) =>
      userAgent(server).call('signIn', { body: { identifier: email, password: typed } });
    for (let guesses = 0; guesses < 10; guesses += 1) await guess('what nobody ever chose to type');
    assert.equal((await guess(hijackersPassword)).body.code, 'slow_down');
    await userAgent(server).call('acceptInvitation', { body: { token, password } });
    assert.equal((await guess(password)).status, 200);
  });

  test('by an invitation that was sent after, and a passkey', async () => {
    const email = newAddress();
    const { thief, device, userId } = await hijacked(email);
    const { token } = await inviteByMail(server, { email });
    const owner = userAgent(server);
    const { body } = await owner.call('invitationPasskeyOptions', { body: { token } });
    const credential = newKey().register(body.options, { uv: true });
    const done = await owner.call('acceptInvitationWithPasskey', { body: { token, credential } });
    assert.deepEqual([done.status, done.body.state], [200, 'signed-in']);
    assert.equal((await thief.call('getSession')).status, 401);
    const guess = await device.call('signIn', { body: { identifier: email, password: hijackersPassword } });
    assert.equal(guess.body.code, 'invalid_credentials');
    const { rows } = await server.argus.services.store.pool.query(
      `SELECT (SELECT count(*) FROM passwords WHERE user_id = $1) AS passwords,
         (SELECT count(*) FROM totps WHERE user_id = $1) AS totps, (SELECT count(*) FROM passkeys WHERE user_id = $1) AS passkeys`,
      [userId],
    );
    assert.deepEqual(rows, [{ passwords: 0, totps: 0, passkeys: 1 }]);
  });

  test('by the link of a notice, and a new password after it', async () => {
    const email = newAddress();
    const theft = await hijacked(email);
    const owner = userAgent(server);
    const notice = (await mailsTo(server, email)).find(({ kind }) => kind === 'authenticator-added');
    assert.ok(notice);
    const undo = linkIn(notice).searchParams.get('token');
    assert.equal((await owner.call('undoChanges', { body: { token: undo } })).status, 200);
    const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'reset-password');
    assert.ok(mail);
    const token = linkIn(mail).searchParams.get('token');
    assert.equal((await owner.call('completeRecovery', { body: { token, password } })).status, 200);
    await assertNothingLives(theft, owner);
  });
});

test('an account whose address is confirmed is nobody’s to take over by an invitation', async () => {
  const email = newAddress();
  const { token } = await inviteByMail(server, { email });
  const own = userAgent(server);
  await own.call('signUp', { body: { email, password, name: 'Ada' } });
  await signIn(own, email);
  const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'verify-email');
  assert.ok(mail);
  await own.call('verifyEmail', { body: { token: linkIn(mail).searchParams.get('token') } });
  assert.equal(
    (await userAgent(server).call('acceptInvitation', { body: { token, password: hijackersPassword } }))
      .status,
    409,
  );
  const { body } = await own.call('getSession');
  assert.equal(body.user.name, 'Ada');
});

test('an invitation and the link of a notice at the same moment leave one owner', async () => {
  const email = newAddress();
  const { thief } = await hijacked(email);
  await inviteByMail(server, { email });
  const token = await tokenTo(server, email);
  const notice = (await mailsTo(server, email)).find(({ kind }) => kind === 'authenticator-added');
  assert.ok(notice);
  const undo = linkIn(notice).searchParams.get('token');
  const [accepted, undone] = await Promise.all([
    userAgent(server).call('acceptInvitation', { body: { token, password } }),
    userAgent(server).call('undoChanges', { body: { token: undo } }),
  ]);
  assert.ok(accepted.status === 200 || undone.status === 200, `${accepted.status} ${undone.status}`);
  assert.equal((await thief.call('getSession')).status, 401);
  const headers = await withKey(server);
  assert.equal(
    (await userAgent(server).call('adminListUsers', { headers, query: { email } })).body.users.length,
    1,
  );
});
