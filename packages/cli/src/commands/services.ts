import { type AdminService, endpoints, type ServicePermission, servicePermissions } from '@argus/contract';
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
import { checkKey, privateKeyIn } from '../service-check.ts';
import { makeKeyFile, publicKeyIn } from '../service-key.ts';
import { shortTime, table } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export function addServiceCommands(program: Command, terminal: Terminal): void {
  const services = program.command('services').description('which programs sign what they ask of Argus');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(services.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list services by id')).action((options: TenantOptions & ListOptions) =>
    listServices(terminal, options),
  );
  verb('show <id>', 'show one service and its keys').action(async (id: string, options: TenantOptions) =>
    showService(terminal, options, await asked(endpoints.adminShowService, options, { params: { id } })),
  );
  verb('declare <id>', 'create a service, or change what the flags name')
    .option('--name <name>', 'what people read')
    .addOption(
      new Option('--permission <permission...>', 'what it may ask').choices([...servicePermissions, 'none']),
    )
    .action((id: string, options: DeclareOptions) => declareService(terminal, id, options));
  for (const [name, status, does] of [
    ['disable', 'disabled', 'refuse a service, and end its streams'],
    ['enable', 'active', 'let a disabled service ask again'],
  ] as const)
    verb(`${name} <id>`, does).action(async (id: string, options: TenantOptions) => {
      const sending = { params: { id }, body: { status } };
      showService(terminal, options, await asked(endpoints.adminChangeService, options, sending));
    });
  addKeyVerbs(verb, terminal);
  services
    .command('check <file>')
    .description('ask Argus something with this private key, from where its program runs')
    .requiredOption('--url <url>', 'where Argus is reached from here')
    .option('--issuer <url>', 'the public origin of Argus, where that is another')
    .option('--json', 'answer in JSON')
    .action((file: string, options: CheckOptions) => showCheck(terminal, file, options));
  verb('remove <id>', 'remove a service and its keys').action(async (id: string, options: TenantOptions) => {
    await asked(endpoints.adminRemoveService, options, { params: { id } });
    show(terminal, options, { value: { removed: id }, lines: [`Removed the service ${id}.`] });
  });
}

function addKeyVerbs(verb: (usage: string, description: string) => Command, terminal: Terminal): void {
  verb('new-key <id>', 'make a key pair: the private half into a file of yours, the public one to Argus')
    .requiredOption('--out <file>', 'where the private half goes; it must not exist yet')
    .action(async (id: string, options: TenantOptions & { readonly out: string }) =>
      addKey(terminal, id, { options, publicKey: await makeKeyFile(options.out) }),
    );
  verb('add-key <id> <file>', 'register a public key: a JWK or PEM file')
    .option('--expires <time>', 'RFC 3339; until then it holds')
    .action(async (id: string, file: string, options: TenantOptions & { readonly expires?: string }) =>
      addKey(terminal, id, { options, publicKey: await publicKeyIn(file), expiresAt: options.expires }),
    );
  verb('remove-key <id> <key>', 'remove a key, named by its thumbprint').action(
    async (id: string, keyId: string, options: TenantOptions) => {
      await asked(endpoints.adminRemoveServiceKey, options, { params: { id, keyId } });
      show(terminal, options, { value: { removed: keyId }, lines: [`Removed the key ${keyId} of ${id}.`] });
    },
  );
}

interface CheckOptions {
  readonly url: string;
  readonly issuer?: string;
  readonly json?: boolean;
}

async function showCheck(terminal: Terminal, file: string, options: CheckOptions): Promise<void> {
  const url = options.url.replace(/\/$/, '');
  const issuer = options.issuer?.replace(/\/$/, '') ?? url;
  const checked = await checkKey({ url, issuer, key: await privateKeyIn(file) });
  const { keyId, outcome, clockAheadSeconds: ahead } = checked;
  if (outcome === 'refused')
    throw new Failure(`Argus does not take this key (${keyId}).`, {
      lines: [
        'Is it registered, the service active, and --issuer what ARGUS_ISSUER says?',
        ...(ahead !== null && Math.abs(ahead) > 25
          ? [
              `Argus's clock is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} this one; 30 s are forgiven.`,
            ]
          : []),
      ],
    });
  const lines = [
    outcome === 'known'
      ? `Argus knows the key ${keyId}, and its answers are signed.`
      : `Argus knows the key ${keyId}, but its service may not look at sessions.`,
  ];
  show(terminal, options, { value: checked, lines });
}

interface DeclareOptions extends TenantOptions {
  readonly name?: string;
  readonly permission?: readonly (ServicePermission | 'none')[];
}

async function listServices(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListServices, { query: { ...page, tenant } });
    return { items: answer.services, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`There are no services in the tenant ${tenant}.`]
      : table(['ID', 'NAME', 'STATUS', 'MAY', 'KEYS', 'CREATED'], items.map(rowOf));
  show(terminal, options, { value: { services: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, status, permissions, keys, createdAt }: AdminService): string[] {
  return [id, name ?? '', status, permissions.join(' '), String(keys.length), shortTime(createdAt)];
}

/** The server takes name and permissions together, so what no flag names is sent as it stands. */
async function declareService(terminal: Terminal, id: string, options: DeclareOptions): Promise<void> {
  const peer = await peerOf(options);
  const query = { tenant: options.tenant };
  const known = await ask(peer, endpoints.adminShowService, { params: { id }, query }).catch(
    (error: unknown) => {
      if (error instanceof Refused && error.problem.code === 'not_found') return null;
      throw error;
    },
  );
  const name = options.name ?? known?.name ?? undefined;
  const asks = options.permission ?? known?.permissions;
  const permissions = asks?.filter((each) => each !== 'none');
  const body = {
    ...(name === undefined ? {} : { name }),
    ...(permissions === undefined ? {} : { permissions }),
  };
  showService(
    terminal,
    options,
    await asked(endpoints.adminDeclareService, options, { params: { id }, body }),
  );
}

interface AddedKey {
  readonly options: TenantOptions;
  readonly publicKey: Readonly<Record<string, unknown>>;
  readonly expiresAt?: string | undefined;
}

async function addKey(
  terminal: Terminal,
  id: string,
  { options, publicKey, expiresAt }: AddedKey,
): Promise<void> {
  const body = { publicKey, ...(expiresAt === undefined ? {} : { expiresAt }) };
  showService(
    terminal,
    options,
    await asked(endpoints.adminAddServiceKey, options, { params: { id }, body }),
  );
}

type ServiceEndpoint =
  | typeof endpoints.adminShowService
  | typeof endpoints.adminDeclareService
  | typeof endpoints.adminChangeService
  | typeof endpoints.adminRemoveService
  | typeof endpoints.adminAddServiceKey
  | typeof endpoints.adminRemoveServiceKey;

/** Ask about one service, and say in words of services why not. */
async function asked<E extends ServiceEndpoint>(
  endpoint: E,
  options: TenantOptions,
  {
    params,
    body,
  }: { readonly params: { readonly id: string; readonly keyId?: string }; readonly body?: unknown },
): Promise<AnswerOf<E>> {
  const { tenant } = options;
  const sending = { params, query: { tenant }, ...(body === undefined ? {} : { body }) };
  return await ask(await peerOf(options), endpoint, sending as never).catch((error: unknown) => {
    if (!(error instanceof Refused)) throw error;
    const { code } = error.problem;
    if (code === 'not_found')
      throw new Failure(
        params.keyId === undefined
          ? `There is no service ${params.id} in the tenant ${tenant}.`
          : `The service ${params.id} of the tenant ${tenant} has no such key.`,
      );
    if (code === 'conflict') throw new Failure(conflictOf(endpoint, params.id));
    throw error;
  });
}

function conflictOf(endpoint: ServiceEndpoint, id: string): string {
  return endpoint === endpoints.adminDeclareService
    ? `The id ${id} belongs to another tenant.`
    : `The key is registered already, or ${id} has ten keys: remove one first.`;
}

function showService(terminal: Terminal, options: TenantOptions, service: AdminService): void {
  const { keys, createdAt, ...fields } = service;
  const lines = fieldLines({
    ...fields,
    created: shortTime(createdAt),
    keys: keys.map(({ keyId, addedAt, expiresAt }) =>
      [keyId, `added ${shortTime(addedAt)}`, ...(expiresAt ? [`until ${shortTime(expiresAt)}`] : [])].join(
        '  ',
      ),
    ),
  });
  show(terminal, options, { value: service, lines });
}
