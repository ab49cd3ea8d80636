import { applyDocumentSchema } from '@argus/contract';
import type { Command } from 'commander';
import { apply, changeLines } from '../apply.ts';
import { mistakenFailure, readDocument } from '../document.ts';
import { peerOf, type RemoteOptions, show, withRemoteOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

export function addApplyCommand(program: Command, terminal: Terminal): void {
  withRemoteOptions(
    program
      .command('apply <file>')
      .description('bring the running server to what a YAML or JSON file declares'),
    terminal,
  ).action((file: string, options: RemoteOptions) => applyFile(terminal, file, options));
}

async function applyFile(terminal: Terminal, file: string, options: RemoteOptions): Promise<void> {
  const read = await readDocument(file, applyDocumentSchema);
  if ('mistakes' in read) throw mistakenFailure(file, read);
  const applied = await apply(await peerOf(options), read);
  show(terminal, options, { value: applied, lines: changeLines(applied) });
}
