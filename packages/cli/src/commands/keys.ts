import { endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { type AnswerOf, ask } from '../ask.ts';
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
  ).action(async (options: RemoteOptions) =>
    showKeys(terminal, options, await ask(await peerOf(options), endpoints.adminRotateKeys)),
  );
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
