import { type AdminResource, endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { ask, Refused } from '../ask.ts';
import { collect } from '../collect.ts';
import { Failure } from '../failure.ts';
import { fieldLines } from '../fields.ts';
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
import { table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function addResourceCommands(program: Command, terminal: Terminal): void {
  const resources = program.command('resources').description('which APIs tokens are issued for');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(resources.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list resources')).action((options: TenantOptions & ListOptions) =>
    listResources(terminal, options),
  );
  verb('declare <id>', 'create or replace a resource; its id is the URI that is the audience of its tokens')
    .option('--name <name>', 'what people read when they are asked')
    .option('--scope <scope...>', 'the scopes it knows')
    .action((id: string, options: DeclareOptions) => declareResource(terminal, id, options));
  verb('remove <id>', 'remove a resource; no more tokens are issued for it').action(
    (id: string, options: TenantOptions) => removeResource(terminal, id, options),
  );
}

interface DeclareOptions extends TenantOptions {
  readonly name?: string;
  readonly scope?: readonly string[];
}

async function listResources(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListResources, { query: { ...page, tenant } });
    return { items: answer.resources, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`There are no resources in the tenant ${tenant}.`]
      : table(['ID', 'NAME', 'SCOPES'], items.map(rowOf));
  show(terminal, options, { value: { resources: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, scopes }: AdminResource): string[] {
  return [id, name ?? '', scopes.join(' ')];
}

async function declareResource(terminal: Terminal, id: string, options: DeclareOptions): Promise<void> {
  const { tenant, name, scope = [] } = options;
  const resource = await ask(await peerOf(options), endpoints.adminDeclareResource, {
    query: { tenant },
    body: { id, name, scopes: scope },
  }).catch((error: unknown) => {
    const isTaken = error instanceof Refused && error.problem.code === 'conflict';
    throw isTaken ? new Failure(`The id ${id} belongs to another tenant.`) : error;
  });
  show(terminal, options, { value: resource, lines: fieldLines(resource) });
}

async function removeResource(terminal: Terminal, id: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  await ask(await peerOf(options), endpoints.adminRemoveResource, { query: { tenant, id } }).catch(
    (error: unknown) => {
      const isUnknown = error instanceof Refused && error.problem.code === 'not_found';
      throw isUnknown ? new Failure(`There is no resource ${id} in the tenant ${tenant}.`) : error;
    },
  );
  show(terminal, options, { value: { removed: id }, lines: [`Removed the resource ${id}.`] });
}
