import { type AdminSession, endpoints, type SessionState, sessionStates } from '@argus/contract';
import { type Command, Option } from 'commander';
import { ask, Refused } from '../ask.ts';
import { type Collected, collect } from '../collect.ts';
import type { Peer } from '../exchange.ts';
import { Failure } from '../failure.ts';
import {
  type ListOptions,
  limitOf,
  mostListed,
  noteMore,
  peerOf,
  show,
  type TenantOptions,
  withListOptions,
  withRemoteOptions,
  withTenantOption,
} from '../options.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { findUser, findUserId } from './find-user.ts';

export function addSessionCommands(program: Command, terminal: Terminal): void {
  const sessions = program.command('sessions').description('who is signed in');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(sessions.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list sessions, newest first'))
    .option('--user <email>', 'of this user only')
    .addOption(new Option('--state <state>', 'live or past').choices(sessionStates).default('active'))
    .action((options: SessionListOptions) => showSessions(terminal, options));
  verb('end [id]', 'end one session, or all of a user')
    .option('--user <email>', 'end all sessions of this user')
    .action((id: string | undefined, options: EndOptions) => endSessions(terminal, id, options));
}

interface SessionListOptions extends TenantOptions, ListOptions {
  readonly user?: string;
  readonly state: SessionState;
}

interface EndOptions extends TenantOptions {
  readonly user?: string;
}

interface Asked {
  readonly tenant: string;
  readonly userId: string | undefined;
  readonly state: SessionState;
}

/** The sessions of a tenant, of one user when the question names one. */
export function listSessions(peer: Peer, asked: Asked, most: number): Promise<Collected<AdminSession>> {
  return collect(most, async (page) => {
    const answer = await ask(peer, endpoints.adminListSessions, { query: { ...page, ...asked } });
    return { items: answer.sessions, nextCursor: answer.nextCursor };
  });
}

/** Sessions for people: the live ones with when they were last active, the past ones with how they ended. */
export function sessionLines(sessions: readonly AdminSession[]): string[] {
  return table(
    ['SESSION', 'USER', 'DEVICE', 'IP', 'BEGAN', 'LAST ACTIVE', 'STATE'],
    sessions.map((each) => [
      each.id,
      each.email,
      each.device.name,
      each.location.ip,
      shortTime(each.createdAt),
      shortTime(each.lastActiveAt),
      each.endReason ?? each.state,
    ]),
  );
}

async function showSessions(terminal: Terminal, options: SessionListOptions): Promise<void> {
  const { tenant, state } = options;
  const peer = await peerOf(options);
  const userId = await findUserId(peer, options);
  const { items, nextCursor } = await listSessions(peer, { tenant, userId, state }, limitOf(options));
  const lines = items.length === 0 ? [`There are no ${state} sessions.`] : sessionLines(items);
  show(terminal, options, { value: { sessions: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

async function endSessions(terminal: Terminal, id: string | undefined, options: EndOptions): Promise<void> {
  const { tenant, user: email } = options;
  if ((id === undefined) === (email === undefined))
    throw new Failure('Name either a session or --user.', { exitCode: 2 });
  const peer = await peerOf(options);
  const ended = id === undefined ? await endAllOf(peer, { tenant, email: email ?? '' }) : [id];
  if (id !== undefined) await endOne(peer, tenant, id);
  const lines = [ended.length === 1 ? 'Ended 1 session.' : `Ended ${ended.length} sessions.`];
  show(terminal, options, { value: { ended }, lines });
}

async function endOne(peer: Peer, tenant: string, id: string): Promise<void> {
  await ask(peer, endpoints.adminEndSession, { params: { id }, query: { tenant } }).catch(
    (error: unknown) => {
      const isUnknown = error instanceof Refused && error.problem.code === 'not_found';
      throw isUnknown ? new Failure(`There is no live session ${id} in the tenant ${tenant}.`) : error;
    },
  );
}

async function endAllOf(
  peer: Peer,
  { tenant, email }: { readonly tenant: string; readonly email: string },
): Promise<string[]> {
  const { id: userId } = await findUser(peer, { tenant, email });
  const { items } = await listSessions(peer, { tenant, userId, state: 'active' }, mostListed);
  const ended: string[] = [];
  for (const { id } of items) {
    try {
      await ask(peer, endpoints.adminEndSession, { params: { id }, query: { tenant } });
      ended.push(id);
    } catch (error) {
      // It ended by itself since the list was made.
      if (!(error instanceof Refused) || error.problem.code !== 'not_found') throw error;
    }
  }
  return ended;
}
