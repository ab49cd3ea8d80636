import {
  type AdminTenant,
  endpoints,
  planAddOns,
  type TenantChanges,
  tenantPlans,
  tenantStatuses,
} from '@argus/contract';
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
  type RemoteOptions,
  show,
  withListOptions,
  withRemoteOptions,
} from '../options.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function addTenantCommands(program: Command, terminal: Terminal): void {
  const tenants = program.command('tenants').description('who shares this installation');
  const verb = (usage: string, description: string) =>
    withRemoteOptions(tenants.command(usage).description(description), terminal);

  withListOptions(verb('list', 'list tenants by id'))
    .addOption(new Option('--status <status>', 'only those').choices(tenantStatuses))
    .action((options: TenantListOptions) => listTenants(terminal, options));
  verb('show <id>', 'show one tenant').action(async (id: string, options: RemoteOptions) =>
    showTenant(terminal, options, await asked(endpoints.adminShowTenant, options, { params: { id } })),
  );
  withSettings(verb('create <id>', 'create a tenant')).action(async (id: string, options: SettingOptions) => {
    const body = { id, ...changesIn(options) };
    showTenant(terminal, options, await asked(endpoints.adminCreateTenant, options, { body }));
  });
  withSettings(verb('change <id>', 'change what the flags name')).action(
    async (id: string, options: SettingOptions) => {
      const body = changesIn(options);
      if (Object.keys(body).length === 0)
        throw new Failure('Say what is to be changed; --help shows what can be.', { exitCode: 2 });
      showTenant(
        terminal,
        options,
        await asked(endpoints.adminChangeTenant, options, { params: { id }, body }),
      );
    },
  );
  verb('suspend <id>', 'let nobody in any more; every session ends').action(
    async (id: string, options: RemoteOptions) =>
      showTenant(terminal, options, await asked(endpoints.adminSuspendTenant, options, { params: { id } })),
  );
  verb('resume <id>', 'let people in again; they sign in anew').action(
    async (id: string, options: RemoteOptions) =>
      showTenant(terminal, options, await asked(endpoints.adminResumeTenant, options, { params: { id } })),
  );
  verb('erase <id>', 'erase a suspended tenant and all that it holds, for good')
    .option('--yes', 'you mean it')
    .action((id: string, options: RemoteOptions & { readonly yes?: boolean }) =>
      eraseTenant(terminal, id, options),
    );
}

interface TenantListOptions extends RemoteOptions, ListOptions {
  readonly status?: AdminTenant['status'];
}

interface SettingOptions extends RemoteOptions {
  readonly name?: string;
  readonly host?: readonly string[];
  readonly domain?: readonly string[];
  readonly plan?: AdminTenant['plan'];
  readonly addOn?: readonly string[];
}

const none = 'none';

function withSettings(command: Command): Command {
  return command
    .option('--name <name>', `what people read, or ${none}`)
    .option('--host <host...>', `its own hosts, the first being where its people sign in, or ${none}`)
    .option('--domain <domain...>', `e-mail domains of its people, or ${none}`)
    .addOption(new Option('--plan <plan>', 'what it may use').choices(tenantPlans))
    .addOption(
      new Option('--add-on <add-on...>', `what its plan is widened by, or ${none}`).choices([
        ...planAddOns,
        none,
      ]),
    );
}

function changesIn({ name, host, domain, plan, addOn }: SettingOptions): TenantChanges {
  const listed = <Item extends string>(items: readonly string[]) =>
    items.filter((each): each is Item => each !== none);
  return {
    ...(name === undefined ? {} : { name: name === none ? null : name }),
    ...(host === undefined ? {} : { hosts: listed(host) }),
    ...(domain === undefined ? {} : { domains: listed(domain) }),
    ...(plan === undefined ? {} : { plan }),
    ...(addOn === undefined ? {} : { addOns: listed<AdminTenant['addOns'][number]>(addOn) }),
  };
}

async function listTenants(terminal: Terminal, options: TenantListOptions): Promise<void> {
  const peer = await peerOf(options);
  const { status } = options;
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const query = { ...page, ...(status === undefined ? {} : { status }) };
    const answer = await ask(peer, endpoints.adminListTenants, { query });
    return { items: answer.tenants, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? ['There are no such tenants.']
      : table(['ID', 'NAME', 'STATUS', 'PLAN', 'HOST', 'CREATED'], items.map(rowOf));
  show(terminal, options, { value: { tenants: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, status, plan, hosts, createdAt }: AdminTenant): string[] {
  return [id, name ?? '', status, plan, hosts[0] ?? '', shortTime(createdAt)];
}

async function eraseTenant(
  terminal: Terminal,
  id: string,
  options: RemoteOptions & { readonly yes?: boolean },
): Promise<void> {
  if (!options.yes)
    throw new Failure(`This erases the tenant ${id} with its people, sessions, clients and audit log.`, {
      lines: ['Nothing of it can be brought back. Say --yes if you mean it.'],
      exitCode: 2,
    });
  const sending = { params: { id }, body: { confirm: id } };
  showTenant(terminal, options, await asked(endpoints.adminEraseTenant, options, sending));
}

function showTenant(terminal: Terminal, options: RemoteOptions, tenant: AdminTenant): void {
  const { id, name, status, plan, addOns, hosts, domains, createdAt, suspendedAt, settledAt } = tenant;
  const lines = fieldLines({
    id,
    name,
    status,
    plan,
    'add-ons': addOns,
    hosts,
    domains,
    created: shortTime(createdAt),
    suspended: suspendedAt === null ? undefined : shortTime(suspendedAt),
    settled: suspendedAt === null ? undefined : settledAt === null ? 'not yet' : shortTime(settledAt),
  });
  show(terminal, options, { value: tenant, lines });
}

type OfOne =
  | typeof endpoints.adminShowTenant
  | typeof endpoints.adminCreateTenant
  | typeof endpoints.adminChangeTenant
  | typeof endpoints.adminSuspendTenant
  | typeof endpoints.adminResumeTenant
  | typeof endpoints.adminEraseTenant;

async function asked<E extends OfOne>(
  endpoint: E,
  options: RemoteOptions,
  sending: { readonly params?: { readonly id: string }; readonly body?: unknown },
): Promise<AnswerOf<E>> {
  try {
    return await ask(await peerOf(options), endpoint, sending);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, errors } = error.problem;
    if (code === 'not_found') throw new Failure(`There is no tenant ${sending.params?.id}.`);
    if (errors) throw error;
    if (code === 'conflict')
      throw new Failure(conflicts[endpoint.path] ?? 'Something changed in the meantime. Try again.');
    throw error;
  }
}

/** What the state of the tenant most likely is, where the server says that it is another one. */
const conflicts: Readonly<Record<string, string>> = {
  [endpoints.adminSuspendTenant.path]: 'It is suspended already, or being erased.',
  [endpoints.adminResumeTenant.path]:
    'It is not suspended, or some of its sessions have not ended yet: that takes a few seconds.',
  [endpoints.adminEraseTenant.path]:
    'Only a suspended tenant can be erased, a few seconds after the last of its sessions has ended: suspend it first.',
};
