import { endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { type AnswerOf, ask } from '../ask.ts';
import { Failure } from '../failure.ts';
import { peerOf, type RemoteOptions, show, withRemoteOptions } from '../options.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

type SigningKey = AnswerOf<typeof endpoints.adminListKeys>['keys'][number];

export function addKeyCommands(program: Command, terminal: Terminal): void {
  const keys = program.command('keys').description('what signs the tokens');
  withRemoteOptions(keys.command('list').description('list the signing keys'), terminal).action(
    async (options: RemoteOptions) =>
      showKeys(terminal, options, await ask(await peerOf(options), endpoints.adminListKeys)),
  );
  withRemoteOptions(
    keys.command('rotate').description('publish new keys now; they sign when every cache knows them'),
    terminal,
  )
    .option('--emergency', 'withdraw every key so far, because somebody else may hold one')
    .option('--yes', 'confirm an emergency')
    .action((options: RotateOptions) => rotateKeys(terminal, options));
}

interface RotateOptions extends RemoteOptions {
  readonly emergency?: boolean;
  readonly yes?: boolean;
}

async function rotateKeys(terminal: Terminal, options: RotateOptions): Promise<void> {
  const { emergency = false, yes = false } = options;
  if (emergency && !yes) {
    throw new Failure('An emergency signs everybody out. Add --yes to withdraw every key now.', {
      exitCode: 2,
      lines: [
        'Everybody must sign in again, and every token issued so far is refused by Argus at once.',
        'An API refuses new tokens, and still takes old ones, until it fetches the key set anew.',
      ],
    });
  }
  const answer = await ask(await peerOf(options), endpoints.adminRotateKeys, { body: { emergency } });
  showKeys(terminal, options, answer);
}

function showKeys(
  terminal: Terminal,
  options: RemoteOptions,
  answer: { readonly keys: readonly SigningKey[] },
): void {
  const headings = ['KEY', 'USE', 'ALGORITHM', 'PUBLISHED', 'SIGNS FROM', 'SIGNS UNTIL', 'REMOVED AFTER'];
  show(terminal, options, { value: answer, lines: table(headings, answer.keys.map(rowOf)) });
}

function rowOf(key: SigningKey): string[] {
  const times = [key.publishedAt, key.signsFrom, key.signsUntil, key.removedAfter];
  return [key.kid, key.use, key.algorithm, ...times.map(shortTime)];
}
