import { endpoints, type InvitationAnswer } from '@argus/contract';
import type { Command } from 'commander';
import { ask, Refused } from '../ask.ts';
import { collect } from '../collect.ts';
import type { Peer } from '../exchange.ts';
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

export function addInvitationCommands(program: Command, terminal: Terminal): void {
  const invitations = program.command('invitations').description('who is asked to come, and has not yet');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(invitations.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list invitations that nobody has accepted')).action(
    (options: TenantOptions & ListOptions) => listInvitations(terminal, options),
  );
  verb('send <email>', 'mail somebody a link with which they choose how they sign in')
    .option('--name <name>', 'name of the person')
    .option('--role <role...>', 'roles to begin with')
    .option('--group <group...>', 'groups to begin with')
    .action((email: string, options: SendOptions) => sendInvitation(terminal, email, options));
  verb('resend <email>', 'mail the link anew; the one before opens nothing any more').action(
    (email: string, options: TenantOptions) => resendInvitation(terminal, email, options),
  );
  verb('revoke <email>', 'take an invitation back').action((email: string, options: TenantOptions) =>
    revokeInvitation(terminal, email, options),
  );
}

interface SendOptions extends TenantOptions {
  readonly name?: string;
  readonly role?: readonly string[];
  readonly group?: readonly string[];
}

async function listInvitations(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListInvitations, { query: { ...page, tenant } });
    return { items: answer.invitations, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`Nobody is invited into the tenant ${tenant}.`]
      : table(['E-MAIL', 'NAME', 'ROLES', 'GROUPS', 'SENT', 'ENDS'], items.map(rowOf));
  show(terminal, options, { value: { invitations: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ email, name, roles, groups, sentAt, expiresAt }: InvitationAnswer): string[] {
  return [email, name ?? '', roles.join(', '), groups.join(', '), shortTime(sentAt), shortTime(expiresAt)];
}

async function sendInvitation(terminal: Terminal, email: string, options: SendOptions): Promise<void> {
  const { tenant, name, role = [], group = [] } = options;
  const value = await ask(await peerOf(options), endpoints.adminInvite, {
    query: { tenant },
    body: { email, name, roles: role, groups: group },
  }).catch(
    rewording({
      conflict: `${email} is invited into the tenant ${tenant} already, or has an account there.`,
      not_found: `There is no tenant ${tenant}.`,
      sign_up_closed: `The policy of the tenant ${tenant} lets nobody new in (signUp.mode: closed).`,
    }),
  );
  show(terminal, options, {
    value,
    lines: [`Invited ${value.email} by mail. The link works once, until ${shortTime(value.expiresAt)}.`],
  });
}

async function resendInvitation(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findInvitation(peer, { tenant, email });
  const value = await ask(peer, endpoints.adminResendInvitation, { params: { id }, query: { tenant } });
  show(terminal, options, {
    value,
    lines: [`Sent ${value.email} another link. It works once, until ${shortTime(value.expiresAt)}.`],
  });
}

async function revokeInvitation(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findInvitation(peer, { tenant, email });
  await ask(peer, endpoints.adminRevokeInvitation, { params: { id }, query: { tenant } });
  show(terminal, options, { value: { revoked: email }, lines: [`Took the invitation of ${email} back.`] });
}

async function findInvitation(
  peer: Peer,
  { tenant, email }: { readonly tenant: string; readonly email: string },
): Promise<InvitationAnswer> {
  const query = { tenant, email, limit: 1 };
  const [invitation] = (await ask(peer, endpoints.adminListInvitations, { query })).invitations;
  if (invitation) return invitation;
  throw new Failure(`${email} is not invited into the tenant ${tenant}.`);
}

/** A refusal in words of what was asked. */
function rewording(words: Readonly<Record<string, string>>): (error: unknown) => never {
  return (error) => {
    const sentence = error instanceof Refused ? words[error.problem.code] : undefined;
    throw sentence === undefined ? error : new Failure(sentence);
  };
}
