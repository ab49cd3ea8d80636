import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balanced, type Policy } from '@argus/core';
import { linkIn, mailsTo } from '@argus/testing/mailbox';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { inviteByMail, newAddress } from './invitation-stage.ts';
import { password, withKey } from './stage.ts';

const withMode = (mode: Policy['authentication']['signUp']['mode']): Policy => ({
  ...balanced,
  authentication: { ...balanced.authentication, signUp: { mode, verifyEmail: 'later' } },
});

async function openProviders(mode: 'open' | 'invite' | 'closed') {
  const stack = new AsyncDisposableStack();
  const server = stack.use(await openFederationStage({ parts: { policy: withMode(mode) } }));
  const idp = stack.use(await openHostileProvider());
  await declare(server, { id: 'one', issuer: idp.issuer });
  await declare(server, { id: 'refusing', issuer: idp.issuer, newUsers: 'refuse' });
  await declare(server, { id: 'doubted', issuer: idp.issuer, trustsEmail: false });
  return { server, idp, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

let subjects = 0;
async function come(
  { server, idp }: { readonly server: TestServer; readonly idp: HostileProvider },
  email: string,
  provider = 'one',
): Promise<{ readonly browser: UserAgent; readonly isIn: boolean }> {
  subjects += 1;
  const browser = newBrowser(server);
  idp.misdeed = { claims: { sub: `newcomer-${subjects}`, email, email_verified: true, name: 'Ada' } };
  await comeBack(browser, await idp.visit(await begin(browser, provider)));
  return { browser, isIn: (await browser.call('getSession')).status === 200 };
}

describe('who comes from a provider for the first time', () => {
  test('(open) gets an account', async () => {
    await using stage = await openProviders('open');
    assert.equal((await come(stage, newAddress())).isIn, true);
    assert.equal((await come(stage, newAddress(), 'refusing')).isIn, false);
  });

  for (const mode of ['invite', 'closed'] as const)
    test(`(${mode}) gets none by themselves, whatever the provider’s settings say`, async () => {
      await using stage = await openProviders(mode);
      assert.equal((await come(stage, newAddress())).isIn, false);
      assert.equal((await lastRefusal(stage.server)).reason, 'new-users-refused');
    });

  test('(invite) gets what they were invited to, once, and the mailed link opens nothing any more', async () => {
    await using stage = await openProviders('invite');
    const email = newAddress();
    const { token } = await inviteByMail(stage.server, { email, roles: ['editor'] });
    assert.equal((await come(stage, email, 'doubted')).isIn, false, 'nobody believes this one');
    const { browser, isIn } = await come(stage, email, 'refusing');
    assert.equal(isIn, true);
    const { user } = await sessionOf(browser);
    assert.deepEqual([user.email, user.roles], [email, ['editor']]);
    const late = await newBrowser(stage.server).call('acceptInvitation', { body: { token, password } });
    assert.equal(late.status, 410);
    const headers = await withKey(stage.server);
    const { body } = await newBrowser(stage.server).call('adminListInvitations', { headers });
    assert.deepEqual(body.invitations, []);
  });

  test('(invite) does not come to administer by a provider’s word: that takes the link from the mailbox', async () => {
    await using stage = await openProviders('invite');
    const email = newAddress();
    const { token } = await inviteByMail(stage.server, { email, roles: ['owner'] });
    assert.equal((await come(stage, email)).isIn, false);
    const invited = await newBrowser(stage.server).call('acceptInvitation', { body: { token, password } });
    assert.equal(invited.status, 200);
  });
});

test('who signed up with somebody’s address keeps nothing when its owner comes from a provider and reads their mail', async () => {
  await using stage = await openProviders('open');
  const { server } = stage;
  const email = newAddress();
  const thief = newBrowser(server);
  await thief.call('signUp', {
    body: { email, password: 'what the hijacker chose to type', name: 'Mallory' },
  });
  await thief.call('signIn', { body: { identifier: email, password: 'what the hijacker chose to type' } });
  // The account must be proved first, and its password is not theirs.
  assert.equal((await come(stage, email)).isIn, false);
  assert.equal((await thief.call('getSession')).status, 200);
  const owner = newBrowser(server);
  await owner.call('beginRecovery', { body: { email } });
  const mail = (await mailsTo(server, email)).findLast(({ kind }) => kind === 'reset-password');
  assert.ok(mail);
  const token = linkIn(mail).searchParams.get('token');
  assert.equal((await owner.call('completeRecovery', { body: { token, password } })).body.state, 'signed-in');
  assert.equal((await thief.call('getSession')).status, 401);
  assert.equal((await sessionOf(owner)).user.name, null);
});
