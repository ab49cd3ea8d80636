import { cookieNames } from '@argus/contract';
import { endExpiredSessions, generousLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { chrome, firefox, type UserAgent, userAgent } from '@argus/testing/user-agent';
import { playClients } from './life-of-clients.ts';
import { operatorKey, password, refresh } from './stage.ts';

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
 * Everything that can happen to an installation, once: the first administrator, invitations, clients, sign-up, sign-in, refresh,
 * theft, changes of password, disabling, limits, expiry, keys. Needs a server with `generousLimits`.
 */
export async function play(server: TestServer): Promise<Played> {
  const secrets = new Set([password, newPassword, wrongPassword, await operatorKey(server)]);
  const agents: UserAgent[] = [];
  const agent = (headers: Readonly<Record<string, string>> = {}) => {
    const made = userAgent(server, headers);
    agents.push(made);
    return made;
  };
  const learn = () => {
    for (const { cookies } of agents) for (const value of cookies.values()) keep(secrets, value);
  };
  const administratorId = await administration(server, { agent, secrets });
  const adaId = await personalLife(server, { agent, learn });
  await thefts(server, { agent, learn });
  await endings(server, { agent, learn });
  const { pool } = server.argus.services.store;
  const { rows } = await pool.query(
    "SELECT phc AS secret FROM passwords UNION SELECT encode(secret, 'hex') FROM grants UNION SELECT encode(secret_hash, 'hex') FROM devices",
  );
  for (const { secret } of rows) secrets.add(secret);
  return { secrets: [...secrets], adaId, administratorId };
}

interface Props {
  agent(headers?: Readonly<Record<string, string>>): UserAgent;
  learn(): void;
}

function keep(secrets: Set<string>, value: string): void {
  secrets.add(value);
  const parts = value.split('.');
  const last = parts.at(-1) ?? '';
  if (last.length >= 20) secrets.add(last);
}

function tokenIn(link: string): string {
  return new URL(link).searchParams.get('token') ?? '';
}

async function administration(
  server: TestServer,
  { agent, secrets }: Pick<Props, 'agent'> & { secrets: Set<string> },
) {
  const token = tokenIn(server.argus.firstLink ?? '');
  secrets.add(token);
  const first = agent();
  const body = { token, password, email: 'root@example.org', name: 'Root' };
  const administratorId: string = (await first.call('useLink', { body })).body.user.id;
  const invited = await first.call('adminCreateUser', { body: { email: 'guest@example.org' } });
  secrets.add(tokenIn(invited.body.link));
  await agent().call('useLink', { body: { token: tokenIn(invited.body.link), password } });
  const change = (to: object) =>
    first.call('adminChangeUser', { params: { id: invited.body.user.id }, body: to });
  await change({ roles: ['editor'] });
  await change({ status: 'disabled' });
  await agent().call('signIn', { body: { identifier: 'guest@example.org', password } });
  await change({ status: 'active' });
  for (const secret of await playClients(server, { administrator: first, person: first }))
    secrets.add(secret);
  const headers = { authorization: `Bearer ${await operatorKey(server)}` };
  const users = [
    { tenant: 'default', email: 'applied@example.org', password },
    { tenant: 'other', email: 'linked@example.org' },
  ];
  const applied = await agent().call('adminApply', { headers, body: { tenants: [{ id: 'other' }], users } });
  for (const { link } of applied.body.changes) if (link) secrets.add(tokenIn(link));
  const renamed = [{ ...users[0], name: 'Renamed' }];
  await agent().call('adminApply', { headers, body: { users: renamed } });
  await agent().call('adminRotateKeys', { headers });
  for (const { value } of [...first.cookies].map(([, value]) => ({ value }))) keep(secrets, value);
  return administratorId;
}

async function personalLife(server: TestServer, { agent, learn }: Props): Promise<string> {
  const browser = agent();
  await browser.call('signUp', { body: { email: ada, password, name: 'Ada' } });
  await agent({ 'user-agent': firefox }).call('signUp', { body: { email: ada, password: wrongPassword } });
  await browser.call('signIn', { body: { identifier: ada, password: wrongPassword } });
  await browser.call('signIn', { body: { identifier: 'nobody@example.org', password: wrongPassword } });
  const { body } = await browser.call('signIn', { body: { identifier: ada, password } });
  learn();
  server.clock.advance(60_000);
  const lost = browser.copy();
  await refresh(browser, 0);
  await refresh(lost, 0);
  learn();
  await browser.call('changePassword', { body: { currentPassword: wrongPassword, newPassword } });
  await browser.call('changePassword', { body: { currentPassword: password, newPassword } });
  learn();
  // Strangers, until they are told to slow down.
  for (let guess = 0; guess <= generousLimits.account.burst; guess += 1)
    await agent().call('signIn', { body: { identifier: ada, password: wrongPassword } });
  server.clock.advance(hour / 6);
  return body.user.id;
}

async function thefts(server: TestServer, { agent, learn }: Props): Promise<void> {
  const signIn = async () => {
    const browser = agent();
    await browser.call('signIn', { body: { identifier: 'guest@example.org', password } });
    learn();
    return browser;
  };
  const victim = await signIn();
  const thief = victim.copy({ 'user-agent': firefox });
  thief.cookies.delete(cookieNames.device);
  await refresh(victim, 0);
  learn();
  await refresh(thief, 0);
  const second = await signIn();
  await refresh(second.copy({ 'user-agent': firefox }), 0);
  // A token of an ended session is refused, and the log knows it.
  await refresh(second, 0);
  server.clock.advance(1000);
}

async function endings(server: TestServer, { agent, learn }: Props): Promise<void> {
  const signIn = async () => {
    const browser = agent({ 'user-agent': chrome });
    const { body } = await browser.call('signIn', { body: { identifier: 'applied@example.org', password } });
    learn();
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
  learn();
  const { services } = server.argus;
  server.clock.advance(hour / 2);
  await endExpiredSessions(services, { place: null });
  await signIn();
  server.clock.advance(14 * hour);
  await endExpiredSessions(services, { place: null });
  await services.keys.tend('system');
}
