import { type AdminClient, clientStatuses, clientWarnings, endpoints } from '@argus/contract';
import { type Command, Option } from 'commander';
import { type AnswerOf, ask, Refused } from '../ask.ts';
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
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';
import { type ClientFlags, clientBody, withClientFlags } from './client-settings.ts';

export function addClientCommands(program: Command, terminal: Terminal): void {
  const clients = program.command('clients').description('which applications may ask for tokens');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(clients.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list clients by id'))
    .addOption(new Option('--status <status>', 'of this status only').choices(clientStatuses))
    .action((options: ClientListOptions) => listClients(terminal, options));
  verb('show <id>', 'show one client').action(async (id: string, options: TenantOptions) =>
    showClient(terminal, options, await asked(endpoints.adminShowClient, options, { id })),
  );
  withClientFlags(verb('create', 'create a client; prints its secret, once'))
    .option('--id <id>', 'its id, instead of one made of its name')
    .action((options: TenantOptions & ClientFlags & { readonly id?: string }) =>
      createClient(terminal, options),
    );
  withClientFlags(verb('change <id>', 'change what the flags name, and nothing else')).action(
    (id: string, options: TenantOptions & ClientFlags) => changeClient(terminal, id, options),
  );
  verb('disable <id>', 'disable a client; all that it holds ends at once').action(
    (id: string, options: TenantOptions) =>
      amendClient(terminal, id, { options, body: { status: 'disabled' } }),
  );
  verb('enable <id>', 'let a disabled client ask again').action((id: string, options: TenantOptions) =>
    amendClient(terminal, id, { options, body: { status: 'active' } }),
  );
  verb('new-secret <id>', 'give a client a new secret, printed once; the old one stops at once').action(
    async (id: string, options: TenantOptions) =>
      showWithSecret(terminal, options, await asked(endpoints.adminNewClientSecret, options, { id })),
  );
  verb('remove <id>', 'remove a client; all that it holds ends at once').action(
    async (id: string, options: TenantOptions) => {
      await asked(endpoints.adminRemoveClient, options, { id });
      show(terminal, options, { value: { removed: id }, lines: [`Removed the client ${id}.`] });
    },
  );
}

interface ClientListOptions extends TenantOptions, ListOptions {
  readonly status?: AdminClient['status'];
}

async function listClients(terminal: Terminal, options: ClientListOptions): Promise<void> {
  const { tenant, status } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListClients, { query: { ...page, tenant, status } });
    return { items: answer.clients, nextCursor: answer.nextCursor };
  });
  const headings = ['ID', 'NAME', 'TYPE', 'PROVES ITSELF BY', 'STATUS', 'FROM', 'CHANGED', 'WARNINGS'];
  const lines =
    items.length === 0
      ? [`There are no such clients in the tenant ${tenant}.`]
      : table(headings, items.map(rowOf));
  show(terminal, options, { value: { clients: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, type, authMethod, status, source, changedAt, warnings }: AdminClient): string[] {
  return [id, name, type, authMethod, status, source, shortTime(changedAt), warnings.join(', ')];
}

async function createClient(
  terminal: Terminal,
  options: TenantOptions & ClientFlags & { readonly id?: string },
): Promise<void> {
  const { id, tenant, type = 'confidential' } = options;
  const body = { ...clientBody({ ...options, type }), ...(id === undefined ? {} : { id }) };
  const answer = await ask(await peerOf(options), endpoints.adminCreateClient, {
    query: { tenant },
    body,
  }).catch((error: unknown) => {
    throw (error instanceof Refused && uncreated(error, id, tenant)) || error;
  });
  showWithSecret(terminal, options, answer);
}

function uncreated({ problem }: Refused, id: string | undefined, tenant: string): Failure | null {
  if (problem.code === 'conflict' && id !== undefined) return new Failure(`The id ${id} is taken.`);
  if (problem.code !== 'not_found') return null;
  return new Failure(`There is no tenant ${tenant}; \`argus apply\` creates tenants.`);
}

async function changeClient(
  terminal: Terminal,
  id: string,
  options: TenantOptions & ClientFlags,
): Promise<void> {
  const settings = clientBody(options);
  if (Object.keys(settings).length === 0) throw new Failure('Name what shall change.', { exitCode: 2 });
  await amendClient(terminal, id, { options, body: settings });
}

async function amendClient(
  terminal: Terminal,
  id: string,
  { options, body }: { readonly options: TenantOptions; readonly body: Readonly<Record<string, unknown>> },
): Promise<void> {
  showWithSecret(terminal, options, await asked(endpoints.adminChangeClient, options, { id, body }));
}

type OneClient =
  | typeof endpoints.adminShowClient
  | typeof endpoints.adminChangeClient
  | typeof endpoints.adminRemoveClient
  | typeof endpoints.adminNewClientSecret;

/** Ask about one client of a tenant; one that is not there is a failure with its name. */
async function asked<const E extends OneClient>(
  endpoint: E,
  options: TenantOptions,
  { id, body }: { readonly id: string; readonly body?: unknown },
): Promise<AnswerOf<E>> {
  const { tenant } = options;
  const question = { params: { id }, query: { tenant }, ...(body === undefined ? {} : { body }) };
  return await ask(await peerOf(options), endpoint, question).catch((error: unknown) => {
    const isUnknown = error instanceof Refused && error.problem.code === 'not_found';
    throw isUnknown ? new Failure(`There is no client ${id} in the tenant ${tenant}.`) : error;
  });
}

function showWithSecret(
  terminal: Terminal,
  options: TenantOptions,
  answer: { readonly client: AdminClient; readonly secret: string | null },
): void {
  const { client, secret } = answer;
  const shown = secret === null ? [] : ['', 'Its secret, which is not shown again:', `  ${secret}`];
  show(terminal, options, { value: answer, lines: [...linesOf(client), ...shown] });
}

function showClient(terminal: Terminal, options: TenantOptions, client: AdminClient): void {
  show(terminal, options, { value: client, lines: linesOf(client) });
}

function linesOf({ id, status, warnings, createdAt, changedAt, ...settings }: AdminClient): string[] {
  const times = { created: shortTime(createdAt), changed: shortTime(changedAt) };
  return [
    ...fieldLines({ id, status, ...settings, ...times }),
    ...warnings.map((code) => `warning: ${clientWarnings[code]}`),
  ];
}
