import { cookieNames } from '@argus/contract';
import { balanced } from '@argus/core';
import { deliverMails, endExpiredSessions, erasePeople, runImports } from '@argus/server';
import { changePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { firefox, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { tokenTo } from './invitation-stage.ts';
import { playAccounts } from './life-of-accounts.ts';
import { playTenants } from './life-of-tenants.ts';
import { heldSecrets, tapWire } from './life-secrets.ts';
import { password, refresh, withKey } from './stage.ts';

export interface Played {
  /** Everything that must never be read in a log: passwords, tokens, cookies, link tokens, keys, hashes. */
  readonly secrets: readonly string[];
  readonly adaId: string;
  readonly administratorId: string;
}

const hour = 3_600_000;
export const ada = 'ada@example.org';
const newPassword = 'an entirely different sentence';
const wrongPassword = 'a sentence that was never right';

/**
 * Everything that can happen to an installation and the people in it, once: the first administrator, invitations,
 * sign-up, sign-in, refresh, theft, changes of password, disabling, limits, expiry, keys. Needs a server with
 * `generousLimits`.
 */
export async function play(server: TestServer): Promise<Played> {
  using wire = tapWire();
  const administratorId = await administration(server);
  const adaId = await personalLife(server);
  await thefts(server);
  await playAccounts(server);
  await invited(server);
  await parting(server);
  await playTenants(server);
  await endings(server);
  return { secrets: [...wire.heard, ...(await heldSecrets(server))], adaId, administratorId };
}

function tokenIn(link: string): string {
  return new URL(link).searchParams.get('token') ?? '';
}

async function administration(server: TestServer): Promise<string> {
  const first = userAgent(server);
  const body = {
    token: tokenIn(server.argus.firstLink ?? ''),
    password,
    email: 'root@example.org',
    name: 'Root',
  };
  const administratorId: string = (await first.call('useLink', { body })).body.user.id;
  const invited = await first.call('adminCreateUser', { body: { email: 'guest@example.org' } });
  const token = await tokenTo(server, 'guest@example.org');
  server.mailbox.answer = () => ({ refused: 'recipient-refused' });
  await first.call('adminCreateUser', { body: { email: 'unreachable@example.org' } });
  await deliverMails(server.argus.services);
  server.mailbox.answer = () => 'sent';
  const guest = userAgent(server);
  await guest.call('useLink', { body: { token, password } });
  const change = (to: object) =>
    first.call('adminChangeUser', { params: { id: invited.body.user.id }, body: to });
  await change({ roles: ['editor'] });
  await change({ groups: ['abroad'] });
  await first.call('adminSetPolicy', { headers: { 'if-match': '*' }, body: { tokens: { codeSeconds: 50 } } });
  // A guest looks where only administrators may.
  await guest.call('adminListUsers');
  await change({ status: 'disabled' });
  await userAgent(server).call('signIn', { body: { identifier: 'guest@example.org', password } });
  await change({ status: 'active' });
  const headers = await withKey(server);
  const users = [
    { tenant: 'default', email: 'applied@example.org', password },
    { tenant: 'other', email: 'linked@example.org' },
  ];
  await userAgent(server).call('adminExportUser', { headers, params: { id: administratorId } });
  const operator = userAgent(server);
  await operator.call('adminApply', { headers, body: { tenants: [{ id: 'other' }], users } });
  const renamed = [{ ...users[0], name: 'Renamed' }];
  await operator.call('adminApply', { headers, body: { users: renamed } });
  await operator.call('adminRotateKeys', { headers });
  await operator.call('adminExportUsersWithSecrets', { headers });
  await comeAlong(server, first);
  return administratorId;
}

/** Somebody comes from another system. */
async function comeAlong(server: TestServer, administrator: UserAgent): Promise<void> {
  const { body } = await administrator.call('adminStartImport', { body: { name: 'people', format: 'json' } });
  const data = Buffer.from(JSON.stringify([{ email: 'came-along@example.org' }, {}])).toString('base64');
  const sent = { offset: 0, data, isLast: true };
  await administrator.call('adminReceiveImport', { params: { id: body.id }, body: sent });
  await runImports(server.argus.services);
}

async function personalLife(server: TestServer): Promise<string> {
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email: ada, password, name: 'Ada' } });
  await userAgent(server, { 'user-agent': firefox }).call('signUp', {
    body: { email: ada, password: wrongPassword },
  });
  await browser.call('signIn', { body: { identifier: ada, password: wrongPassword } });
  await browser.call('signIn', { body: { identifier: 'nobody@example.org', password: wrongPassword } });
  const { body } = await browser.call('signIn', { body: { identifier: ada, password } });
  server.clock.advance(60_000);
  const lost = browser.copy();
  await refresh(browser, 0);
  await refresh(lost, 0);
  await browser.call('changePassword', { body: { currentPassword: wrongPassword, newPassword } });
  await browser.call('changePassword', { body: { currentPassword: password, newPassword } });
  // Strangers, until they are told to slow down.
  for (const identifier of [ada, 'nobody@example.org'])
    for (let guess = 0; guess <= balanced.authentication.lockout.failures; guess += 1)
      await userAgent(server).call('signIn', { body: { identifier, password: wrongPassword } });
  const unlock = { params: { id: body.user.id }, headers: await withKey(server) };
  await userAgent(server).call('adminUnlockUser', unlock);
  server.clock.advance(hour / 6);
  return body.user.id;
}

/** Somebody is asked, twice, and comes; somebody else is asked and then not. */
async function invited(server: TestServer): Promise<void> {
  const operator = userAgent(server);
  const headers = await withKey(server);
  const ask = async (email: string) => ({
    id: (await operator.call('adminInvite', { headers, body: { email } })).body.id as string,
  });
  const params = await ask('asked@example.org');
  await operator.call('adminResendInvitation', { headers, params });
  const token = await tokenTo(server, 'asked@example.org');
  await userAgent(server).call('acceptInvitation', { body: { token, password } });
  await operator.call('adminRevokeInvitation', { headers, params: await ask('not-asked@example.org') });
}

/** Somebody is erased who never came: of whoever did, the log would no longer say where from. */
async function parting(server: TestServer): Promise<void> {
  const operator = userAgent(server);
  const headers = await withKey(server);
  const email = 'unreachable@example.org';
  const { body } = await operator.call('adminListUsers', { headers, query: { email } });
  await operator.call('adminEraseUser', {
    headers,
    params: { id: body.users[0].id },
    body: { confirm: email },
  });
  await deliverMails(server.argus.services);
  await erasePeople(server.argus.services);
}

async function thefts(server: TestServer): Promise<void> {
  const signIn = async () => {
    const browser = userAgent(server);
    await browser.call('signIn', { body: { identifier: 'guest@example.org', password } });
    return browser;
  };
  const victim = await signIn();
  const thief = victim.copy({ 'user-agent': firefox });
  thief.cookies.delete(cookieNames.device);
  await refresh(victim, 0);
  await refresh(thief, 0);
  const second = await signIn();
  await refresh(second.copy({ 'user-agent': firefox }), 0);
  // A token of an ended session is refused, and the log knows it.
  await refresh(second, 0);
  server.clock.advance(1000);
}

/** A policy of minutes comes while people are signed in, is enforced, and goes again. */
async function stricterPolicy(server: TestServer): Promise<void> {
  server.clock.advance(61_000);
  await changePolicy(server, { session: { idleMinutes: 1 } });
  await changePolicy(server, {});
}

async function endings(server: TestServer): Promise<void> {
  const signIn = async () => {
    const browser = userAgent(server);
    const { body } = await browser.call('signIn', { body: { identifier: 'applied@example.org', password } });
    return { browser, sessionId: body.session.id as string };
  };
  const first = await signIn();
  const second = await signIn();
  await first.browser.call('endOneSession', { params: { id: second.sessionId } });
  await signIn();
  await first.browser.call('endOtherSessions');
  await first.browser.call('endSession');
  const third = await signIn();
  await third.browser.call('signIn', { body: { identifier: 'applied@example.org', password } });
  const { services } = server.argus;
  await stricterPolicy(server);
  await signIn();
  server.clock.advance(hour / 2);
  await endExpiredSessions(services, { place: null });
  await signIn();
  server.clock.advance(14 * hour);
  await endExpiredSessions(services, { place: null });
  await services.keys.tend('system');
}
