import { type AdminUser, endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { ask, Refused } from '../ask.ts';
import { collect } from '../collect.ts';
import { Failure } from '../failure.ts';
import {
  type ListOptions,
  limitOf,
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
import { type EraseOptions, eraseUser } from './erase-user.ts';
import { type ExportOptions, exportUser } from './export-user.ts';
import { type ExportAllOptions, exportUsers } from './export-users.ts';
import { findUser } from './find-user.ts';
import { type ImportOptions, importUsers, withImportOptions } from './import-users.ts';
import { listSessions, sessionLines } from './sessions.ts';

export function addUserCommands(program: Command, terminal: Terminal): void {
  const users = program.command('users').description('who may sign in');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(users.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list users in order of creation')).action(
    (options: TenantOptions & ListOptions) => listUsers(terminal, options),
  );
  verb('show <email>', 'show one user and the live sessions').action(
    (email: string, options: TenantOptions) => showUser(terminal, email, options),
  );
  verb(
    'invite <email>',
    'create a user and print the one-time link that sets the password; it is mailed, too',
  )
    .option('--name <name>', 'name of the person')
    .option('--role <role...>', 'roles to begin with')
    .action((email: string, options: InviteOptions) => inviteUser(terminal, email, options));
  withImportOptions(verb('import <file>', 'bring people of another system along')).action(
    (file: string, options: ImportOptions) => importUsers(terminal, file, options),
  );
  verb('export-all', 'print everybody as lines of JSON that an import takes')
    .option('--with-secrets', 'with hashes of passwords and secrets of authenticator apps')
    .action((options: ExportAllOptions) => exportUsers(terminal, options));
  verb('disable <email>', 'disable a user; every session ends at once').action(
    (email: string, options: TenantOptions) => amendUser(terminal, email, { ...options, status: 'disabled' }),
  );
  verb('enable <email>', 'let a disabled user sign in again').action(
    (email: string, options: TenantOptions) => amendUser(terminal, email, { ...options, status: 'active' }),
  );
  verb('unlock <email>', 'let passwords be tried again that were tried too often').action(
    (email: string, options: TenantOptions) => unlockUser(terminal, email, options),
  );
  verb('roles <email> [role...]', 'give a user exactly these roles')
    .option('--none', 'take all roles away')
    .action((email: string, roles: string[], options: NoneOptions) =>
      setRoles(terminal, email, { ...options, roles }),
    );
  verb('export <email>', 'write everything that is kept of a user into a new file')
    .requiredOption('--to <file>', 'the file; it must not exist')
    .action((email: string, options: ExportOptions) => exportUser(terminal, email, options));
  verb(
    'erase <email>',
    'erase a user for good: every session ends at once, and within the hour the erasing begins',
  )
    .option('--yes', 'do it')
    .action((email: string, options: EraseOptions) => eraseUser(terminal, email, options));
  verb('groups <email> [group...]', 'put a user into exactly these groups, of which policy may speak')
    .option('--none', 'take the user out of all groups')
    .action((email: string, groups: string[], options: NoneOptions) =>
      setGroups(terminal, email, { ...options, groups }),
    );
}

interface InviteOptions extends TenantOptions {
  readonly name?: string;
  readonly role?: readonly string[];
}

interface NoneOptions extends TenantOptions {
  readonly none?: boolean;
}

type Amendment = TenantOptions & {
  readonly status?: AdminUser['status'];
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
};

async function listUsers(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const query = { ...page, tenant: options.tenant };
    const answer = await ask(peer, endpoints.adminListUsers, { query });
    return { items: answer.users, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`There are no users in the tenant ${options.tenant}.`]
      : table(['E-MAIL', 'NAME', 'ROLES', 'STATUS', 'SESSIONS', 'CREATED'], items.map(rowOf));
  show(terminal, options, { value: { users: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf(user: AdminUser): string[] {
  const { email, name, roles, status, liveSessions, lockedUntil, createdAt } = user;
  const standing = lockedUntil ? `${status}, locked` : status;
  return [email, name ?? '', roles.join(', '), standing, String(liveSessions), shortTime(createdAt)];
}

async function showUser(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const peer = await peerOf(options);
  const user = await findUser(peer, { tenant: options.tenant, email });
  const asked = { tenant: options.tenant, userId: user.id, state: 'active' as const };
  const { items } = await listSessions(peer, asked, 100);
  const lines = [...linesOf(user), ...(items.length > 0 ? ['', ...sessionLines(items)] : [])];
  show(terminal, options, { value: { user, sessions: items }, lines });
}

function linesOf(user: AdminUser): string[] {
  const fields: [string, string][] = [
    ['e-mail', user.email],
    ['name', user.name ?? '-'],
    ['id', user.id],
    ['status', user.status],
    ['roles', user.roles.join(', ') || '-'],
    ['groups', user.groups.join(', ') || '-'],
    ['created', shortTime(user.createdAt)],
    ['sessions', String(user.liveSessions)],
    ...(user.lockedUntil ? [['locked', `until ${shortTime(user.lockedUntil)}`] as [string, string]] : []),
  ];
  return fields.map(([name, value]) => `${name.padEnd(10)}${value}`);
}

async function inviteUser(terminal: Terminal, email: string, options: InviteOptions): Promise<void> {
  const answer = await ask(await peerOf(options), endpoints.adminCreateUser, {
    query: { tenant: options.tenant },
    body: { email, name: options.name, roles: options.role ?? [] },
  }).catch((error: unknown) => {
    throw (error instanceof Refused && uninvited(error, email, options.tenant)) || error;
  });
  const { user, link, linkExpiresAt } = answer;
  const until = `sets the password, once, until ${shortTime(linkExpiresAt)}`;
  const lines =
    link === null
      ? [`Created ${user.email}. A link went there that ${until}.`]
      : [`Created ${user.email}. This link ${until}:`, `  ${link}`];
  show(terminal, options, { value: answer, lines });
}

function uninvited({ problem }: Refused, email: string, tenant: string): Failure | null {
  if (problem.code === 'conflict')
    return new Failure(`There is a user ${email} already in the tenant ${tenant}.`);
  if (problem.code !== 'not_found') return null;
  return new Failure(`There is no tenant ${tenant}; \`argus apply\` creates tenants.`);
}

async function setRoles(
  terminal: Terminal,
  email: string,
  options: NoneOptions & { readonly roles: readonly string[] },
): Promise<void> {
  if ((options.roles.length === 0) !== (options.none === true))
    throw new Failure('Name the roles that the user shall have, or --none.', { exitCode: 2 });
  await amendUser(terminal, email, options);
}

async function unlockUser(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const user = await ask(peer, endpoints.adminUnlockUser, { params: { id }, query: { tenant } });
  show(terminal, options, { value: user, lines: linesOf(user) });
}

async function setGroups(
  terminal: Terminal,
  email: string,
  options: NoneOptions & { readonly groups: readonly string[] },
): Promise<void> {
  if ((options.groups.length === 0) !== (options.none === true))
    throw new Failure('Name the groups that the user shall be in, or --none.', { exitCode: 2 });
  await amendUser(terminal, email, options);
}

async function amendUser(terminal: Terminal, email: string, options: Amendment): Promise<void> {
  const { tenant, status, roles, groups } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const user = await ask(peer, endpoints.adminChangeUser, {
    params: { id },
    query: { tenant },
    body: { status, roles, groups },
  });
  show(terminal, options, { value: user, lines: linesOf(user) });
}
