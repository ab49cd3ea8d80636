import { type AuthenticatorAnswer, endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { ask, Refused } from '../ask.ts';
import { Failure } from '../failure.ts';
import { peerOf, show, type TenantOptions, withRemoteOptions, withTenantOption } from '../options.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { findUser } from './find-user.ts';

export function addAuthenticatorCommands(program: Command, terminal: Terminal): void {
  const authenticators = program.command('authenticators').description('how people sign in');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(authenticators.command(usage).description(description), terminal));

  verb('list <email>', 'list what a user can sign in with').action((email: string, options: TenantOptions) =>
    listAuthenticators(terminal, email, options),
  );
  verb('remove <email> <id>', 'take a stolen or lost one away; the user is told by mail').action(
    (email: string, id: string, options: TenantOptions) =>
      removeAuthenticator(terminal, { email, id }, options),
  );
  verb('reset-password <email>', 'send a user a link to a new password; nobody else sees or sets it').action(
    (email: string, options: TenantOptions) => resetPassword(terminal, email, options),
  );
  verb('recover <email>', 'remove lost second factors after a delay in which the user can stop it')
    .option('--cancel', 'cancel one that is under way')
    .option('--show', 'show the one that is under way')
    .action((email: string, options: RecoverOptions) => recover(terminal, email, options));
}

interface RecoverOptions extends TenantOptions {
  readonly cancel?: boolean;
  readonly show?: boolean;
}

async function listAuthenticators(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const answer = await ask(peer, endpoints.adminListAuthenticators, { params: { id }, query: { tenant } });
  const lines =
    answer.authenticators.length === 0
      ? [`${email} has nothing to sign in with.`]
      : table(['KIND', 'NAME', 'SINCE', 'LAST USED', 'ID'], answer.authenticators.map(rowOf));
  show(terminal, options, { value: answer, lines });
}

function rowOf(authenticator: AuthenticatorAnswer): string[] {
  const { kind } = authenticator;
  switch (kind) {
    case 'password':
      return [kind, '', shortTime(authenticator.changedAt), '', ''];
    case 'recovery-code':
      return [kind, `${authenticator.left} left`, shortTime(authenticator.createdAt), '', authenticator.id];
    case 'federated':
      return [
        kind,
        authenticator.providerId,
        shortTime(authenticator.createdAt),
        shortTime(authenticator.lastUsedAt),
        '',
      ];
    default:
      return [
        kind,
        authenticator.name,
        shortTime(authenticator.createdAt),
        shortTime(authenticator.lastUsedAt),
        authenticator.id,
      ];
  }
}

async function removeAuthenticator(
  terminal: Terminal,
  { email, id: authenticatorId }: { readonly email: string; readonly id: string },
  options: TenantOptions,
): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const question = { params: { id, authenticatorId }, query: { tenant } };
  await ask(peer, endpoints.adminRemoveAuthenticator, question).catch(
    rewording({
      not_found: `${email} has no authenticator ${authenticatorId}.`,
      last_way_in: `Without it ${email} could not sign in any more.`,
    }),
  );
  show(terminal, options, {
    value: { removed: authenticatorId },
    lines: [`Removed ${authenticatorId} from ${email}.`],
  });
}

async function resetPassword(terminal: Terminal, email: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const value = await ask(peer, endpoints.adminSendPasswordReset, {
    params: { id },
    query: { tenant },
    body: {},
  });
  show(terminal, options, { value, lines: [`Sent ${email} a link to a new password.`] });
}

async function recover(terminal: Terminal, email: string, options: RecoverOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { id } = await findUser(peer, { tenant, email });
  const question = { params: { id }, query: { tenant } };
  const reworded = rewording({
    not_found: `No recovery is under way for ${email}.`,
    conflict: `A recovery is under way for ${email} already.`,
  });
  if (options.cancel) {
    await ask(peer, endpoints.adminCancelRecovery, question).catch(reworded);
    show(terminal, options, { value: { cancelled: true }, lines: [`Cancelled the recovery of ${email}.`] });
    return;
  }
  const value = await (options.show
    ? ask(peer, endpoints.adminShowRecovery, question)
    : ask(peer, endpoints.adminStartRecovery, { ...question, body: {} })
  ).catch(reworded);
  const lines = [
    `The second factors of ${email} are removed on ${shortTime(value.dueAt)}, unless it is stopped.`,
  ];
  show(terminal, options, { value, lines });
}

/** A refusal in words of what was asked. */
function rewording(words: Readonly<Record<string, string>>): (error: unknown) => never {
  return (error) => {
    const sentence = error instanceof Refused ? words[error.problem.code] : undefined;
    throw sentence === undefined ? error : new Failure(sentence);
  };
}
