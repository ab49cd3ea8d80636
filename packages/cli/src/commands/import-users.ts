import { open } from 'node:fs/promises';
import { basename } from 'node:path';
import { endpoints, type ImportAnswer, importFormats } from '@argus/contract';
import { type Command, Option } from 'commander';
import { ask } from '../ask.ts';
import type { Peer } from '../exchange.ts';
import { Failure, messageOf } from '../failure.ts';
import { followImport, type Importing, openFile, sendRest } from '../import-file.ts';
import { peerOf, show, type TenantOptions } from '../options.ts';
import type { Terminal } from '../terminal.ts';
import { importLines } from './imports.ts';

export interface ImportOptions extends TenantOptions {
  readonly format?: string;
  readonly onExisting: string;
  readonly withAdministrators?: boolean;
  readonly resume?: string;
  readonly refused?: string;
}

/** The options of `argus users import`. */
export function withImportOptions(command: Command): Command {
  return command
    .addOption(new Option('--format <format>', 'what wrote the file').choices(importFormats))
    .addOption(
      new Option('--on-existing <choice>', 'what becomes of who has an account already')
        .choices(['skip', 'refuse'])
        .default('skip'),
    )
    .option('--with-administrators', 'give roles of administration, too')
    .option('--resume <id>', 'go on with an import that was broken off')
    .option('--refused <file>', 'where refused rows are written, instead of beside the file');
}

/** Bring people of another system along; what is broken off goes on where it was. */
export async function importUsers(terminal: Terminal, file: string, options: ImportOptions): Promise<void> {
  const peer = await peerOf(options);
  const { tenant } = options;
  const importing: Importing = { peer, tenant, tell: teller(terminal) };
  await using handle = await openFile(file);
  const begun = await begin(peer, file, options);
  terminal.note(`Import ${begun.id}; if it is broken off, --resume ${begun.id} goes on.`);
  const done = await followImport(importing, await sendRest(importing, handle, begun));
  if (done.refused > 0) {
    const report = options.refused ?? `${file}.refused.jsonl`;
    await writeRefused(peer, { id: done.id, tenant, report });
    terminal.note(`Rows that made no account are in ${report}, with what speaks against each.`);
  }
  show(terminal, options, { value: done, lines: importLines(done) });
  if (done.state !== 'finished') throw new Failure(done.failure ?? `The import was ${done.state}.`);
}

function begin(
  peer: Peer,
  file: string,
  { tenant, format, onExisting, withAdministrators = false, resume }: ImportOptions,
): Promise<ImportAnswer> {
  const query = { tenant };
  if (resume !== undefined) return ask(peer, endpoints.adminShowImport, { params: { id: resume }, query });
  if (format === undefined)
    throw new Failure(`Say what wrote the file: --format ${importFormats.join(', ')}.`, { exitCode: 2 });
  const body = { name: basename(file), format, onExisting, withAdministrators };
  return ask(peer, endpoints.adminStartImport, { query, body });
}

/** A line for every step that can be seen: another state, or a twentieth of the file. */
function teller(terminal: Terminal): (told: ImportAnswer) => void {
  let last = '';
  return (told) => {
    const part =
      told.state === 'receiving' ? '' : Math.floor((20 * told.bytesRead) / Math.max(1, told.bytes));
    const megabytes = Math.floor(told.bytes / 1_000_000);
    const step = `${told.state} ${told.state === 'receiving' ? megabytes : part}`;
    if (step === last) return;
    last = step;
    terminal.note(progressOf(told));
  };
}

function progressOf({
  state,
  bytes,
  bytesRead,
  rows,
  created,
  skipped,
  refused,
  rowsPerSecond,
}: ImportAnswer): string {
  if (state === 'receiving') return `${bytes} bytes have arrived`;
  const percent = Math.floor((100 * bytesRead) / Math.max(1, bytes));
  const speed = rowsPerSecond === null ? '' : `, ${rowsPerSecond} a second`;
  return `${percent} %: ${rows} rows, ${created} created, ${skipped} passed over, ${refused} refused${speed}`;
}

/** A line of JSON for each; for its owner's eyes, because places can name people. */
async function writeRefused(
  peer: Peer,
  { id, tenant, report }: { readonly id: string; readonly tenant: string; readonly report: string },
): Promise<void> {
  await using handle = await open(report, 'w', 0o600).catch((error: unknown) => {
    throw new Failure(`${report} cannot be written: ${messageOf(error)}`);
  });
  let cursor: string | null = null;
  do {
    const query: Record<string, string | number | undefined> = {
      tenant,
      limit: 100,
      cursor: cursor ?? undefined,
    };
    const page: { rows: readonly object[]; nextCursor: string | null } = await ask(
      peer,
      endpoints.adminListRefusedRows,
      { params: { id }, query },
    );
    await handle.write(page.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    cursor = page.nextCursor;
  } while (cursor !== null);
}
