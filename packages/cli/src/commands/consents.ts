import { type ConsentAnswer, endpoints } from '@argus/contract';
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
import { findUser } from './find-user.ts';

export function addConsentCommands(program: Command, terminal: Terminal): void {
  const consents = program.command('consents').description('what people have agreed to');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(consents.command(usage).description(description), terminal));

  withListOptions(verb('list <email>', 'list the clients that a user has let in')).action(
    (email: string, options: TenantOptions & ListOptions) => listConsents(terminal, email, options),
  );
  verb('withdraw <email> <client>', 'withdraw a consent; all that the client holds of the user ends').action(
    (email: string, clientId: string, options: TenantOptions) =>
      withdrawConsent(terminal, { email, clientId }, options),
  );
}

async function listConsents(
  terminal: Terminal,
  email: string,
  options: TenantOptions & ListOptions,
): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const question = { params: { id }, query: { ...page, tenant } };
    const answer = await ask(peer, endpoints.adminListConsents, question);
    return { items: answer.consents, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`${email} has let no client in.`]
      : table(['CLIENT', 'NAME', 'SCOPES', 'SINCE', 'UNTIL'], items.map(rowOf));
  show(terminal, options, { value: { consents: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ clientId, clientName, scope, grantedAt, expiresAt }: ConsentAnswer): string[] {
  return [clientId, clientName, scope.join(' '), shortTime(grantedAt), shortTime(expiresAt)];
}

async function withdrawConsent(
  terminal: Terminal,
  { email, clientId }: { readonly email: string; readonly clientId: string },
  options: TenantOptions,
): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const question = { params: { id, clientId }, query: { tenant } };
  await ask(peer, endpoints.adminWithdrawConsent, question).catch((error: unknown) => {
    const isUnknown = error instanceof Refused && error.problem.code === 'not_found';
    throw isUnknown ? new Failure(`${email} has not let a client ${clientId} in.`) : error;
  });
  const lines = [`Withdrew what ${email} had agreed to with ${clientId}.`];
  show(terminal, options, { value: { withdrawn: clientId }, lines });
}
