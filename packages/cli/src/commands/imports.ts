import { endpoints, type ImportAnswer } from '@argus/contract';
import type { Command } from 'commander';
import { ask } from '../ask.ts';
import { collect } from '../collect.ts';
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

export function addImportCommands(program: Command, terminal: Terminal): void {
  const imports = program.command('imports').description('people who come from another system');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(imports.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list imports, the newest first')).action(
    (options: TenantOptions & ListOptions) => listImports(terminal, options),
  );
  verb('show <id>', 'show one import and how far it is').action((id: string, options: TenantOptions) =>
    showImport(terminal, options, { id, endpoint: 'adminShowImport' }),
  );
  verb('cancel <id>', 'cancel an import; who was created stays').action(
    (id: string, options: TenantOptions) =>
      showImport(terminal, options, { id, endpoint: 'adminCancelImport' }),
  );
}

async function listImports(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const query = { ...page, tenant: options.tenant };
    const answer = await ask(peer, endpoints.adminListImports, { query });
    return { items: answer.imports, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`There are no imports in the tenant ${options.tenant}.`]
      : table(['ID', 'NAME', 'FORMAT', 'STATE', 'ROWS', 'CREATED', 'REFUSED', 'BEGUN'], items.map(rowOf));
  show(terminal, options, { value: { imports: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, format, state, rows, created, refused, createdAt }: ImportAnswer): string[] {
  return [id, name, format, state, String(rows), String(created), String(refused), shortTime(createdAt)];
}

async function showImport(
  terminal: Terminal,
  options: TenantOptions,
  { id, endpoint }: { readonly id: string; readonly endpoint: 'adminShowImport' | 'adminCancelImport' },
): Promise<void> {
  const question = { params: { id }, query: { tenant: options.tenant } };
  const told = await ask(await peerOf(options), endpoints[endpoint], question);
  show(terminal, options, { value: told, lines: importLines(told) });
}

/** An import as fields, a line each. */
export function importLines(of: ImportAnswer): string[] {
  const fields: [string, string][] = [
    ['id', of.id],
    ['name', of.name],
    ['format', of.format],
    ['state', of.failure === null ? of.state : `${of.state}: ${of.failure}`],
    ['rows', String(of.rows)],
    ['created', String(of.created)],
    ['skipped', String(of.skipped)],
    ['refused', String(of.refused)],
    ['speed', of.rowsPerSecond === null ? '-' : `${of.rowsPerSecond} rows a second`],
    ['begun by', of.startedBy],
    ['begun', shortTime(of.createdAt)],
    ['ended', shortTime(of.endedAt)],
  ];
  return fields.map(([name, value]) => `${name.padEnd(10)}${value}`);
}
