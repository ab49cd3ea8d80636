import { endpoints, leftOutReasons } from '@argus/contract';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { type AnswerOf, ask } from '../ask.ts';
import { harmless } from '../harmless.ts';
import { peerOf, type RemoteOptions, withRemoteOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';

interface ExportOptions extends RemoteOptions {
  readonly tenant?: string;
}

export function addExportCommand(program: Command, terminal: Terminal): void {
  withRemoteOptions(
    program
      .command('export')
      .description('print what is declared as a document that `argus apply` takes back without a change')
      .option('--tenant <id>', 'of this tenant alone'),
    terminal,
  ).action((options: ExportOptions) => exportDeclared(terminal, options));
}

async function exportDeclared(terminal: Terminal, options: ExportOptions): Promise<void> {
  const exported = await ask(await peerOf(options), endpoints.adminExportConfiguration, {
    query: { tenant: options.tenant },
  });
  for (const { what, name, reason } of exported.leftOut)
    terminal.note(`${what} ${name} ${leftOutReasons[reason]}.`);
  const document = withoutEmpty(exported);
  if (options.json) terminal.sayJson(document);
  else for (const line of yamlOf(document).split('\n')) terminal.say(line);
}

/** A list that holds nothing says nothing. */
function withoutEmpty({ document }: AnswerOf<typeof endpoints.adminExportConfiguration>): object {
  return Object.fromEntries(Object.entries(document).filter(([, entries]) => entries.length > 0));
}

/** YAML that a terminal only shows: what it could obey is written as an escape, which quotes alone can hold. */
function yamlOf(document: object): string {
  // Aliases would make a short file of something long, and `argus apply` bounds how many it follows.
  const plainly = { aliasDuplicateObjects: false, lineWidth: 0 };
  const text = stringify(document, plainly).trimEnd();
  if (harmless(text) === text) return text;
  const quoted = { ...plainly, defaultStringType: 'QUOTE_DOUBLE', defaultKeyType: 'PLAIN' } as const;
  return harmless(stringify(document, quoted).trimEnd(), 'json');
}
