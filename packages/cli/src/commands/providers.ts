import { readFile } from 'node:fs/promises';
import { type AdminProvider, endpoints } from '@argus/contract';
import type { Command } from 'commander';
import { ask, Refused } from '../ask.ts';
import { collect } from '../collect.ts';
import type { Peer } from '../exchange.ts';
import { Failure, messageOf } from '../failure.ts';
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
import { type ProviderFlags, providerBody, withProviderFlags } from './client-settings.ts';

export function addProviderCommands(program: Command, terminal: Terminal): void {
  const providers = program.command('providers').description('where else people may sign in from');
  const verb = (usage: string, description: string) =>
    withTenantOption(withRemoteOptions(providers.command(usage).description(description), terminal));

  withListOptions(verb('list', 'list providers by id')).action((options: TenantOptions & ListOptions) =>
    listProviders(terminal, options),
  );
  verb('show <id>', 'show one provider').action(async (id: string, options: TenantOptions) => {
    const provider = await findProvider(await peerOf(options), id, options);
    if (provider === null) throw unknown(id, options);
    show(terminal, options, { value: provider, lines: linesOf(provider) });
  });
  withProviderFlags(verb('declare <id>', 'create a provider, or change what the flags name'))
    .option('--secret-file <file>', 'read the secret that Argus has there from this file')
    .action((id: string, options: DeclareOptions) => declareProvider(terminal, id, options));
  verb('remove <id>', 'remove a provider; nobody comes from there any more').action(
    (id: string, options: TenantOptions) => removeProvider(terminal, id, options),
  );
}

type DeclareOptions = TenantOptions & ProviderFlags & { readonly secretFile?: string };

async function listProviders(terminal: Terminal, options: TenantOptions & ListOptions): Promise<void> {
  const { tenant } = options;
  const peer = await peerOf(options);
  const { items, nextCursor } = await collect(limitOf(options), async (page) => {
    const answer = await ask(peer, endpoints.adminListProviders, { query: { ...page, tenant } });
    return { items: answer.providers, nextCursor: answer.nextCursor };
  });
  const lines =
    items.length === 0
      ? [`There are no providers in the tenant ${tenant}.`]
      : table(['ID', 'NAME', 'PRESET', 'ISSUER', 'DOMAINS', 'CHANGED'], items.map(rowOf));
  show(terminal, options, { value: { providers: items, nextCursor }, lines });
  noteMore(terminal, nextCursor, items.length);
}

function rowOf({ id, name, preset, issuer, domains, changedAt }: AdminProvider): string[] {
  return [id, name, preset, issuer, domains.join(' '), shortTime(changedAt)];
}

/** The server replaces a provider whole, so what no flag names is sent as it stands. */
async function declareProvider(terminal: Terminal, id: string, options: DeclareOptions): Promise<void> {
  const { tenant, secretFile } = options;
  const peer = await peerOf(options);
  const { id: _, hasSecret: __, changedAt: ___, ...known } = (await findProvider(peer, id, options)) ?? {};
  const secret = secretFile === undefined ? {} : { clientSecret: await secretIn(secretFile) };
  const provider = await ask(peer, endpoints.adminDeclareProvider, {
    params: { id },
    query: { tenant },
    body: { ...known, ...providerBody(options), ...secret },
  }).catch((error: unknown) => {
    const isTaken = error instanceof Refused && error.problem.code === 'conflict';
    throw isTaken ? new Failure(`The id ${id} belongs to another tenant.`) : error;
  });
  show(terminal, options, { value: provider, lines: linesOf(provider) });
}

/** A secret on the command line would be read by everybody who may list processes. */
async function secretIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${messageOf(error)}`);
  }
}

async function findProvider(
  peer: Peer,
  id: string,
  { tenant }: TenantOptions,
): Promise<AdminProvider | null> {
  return await ask(peer, endpoints.adminShowProvider, { params: { id }, query: { tenant } }).catch(
    (error: unknown) => {
      if (error instanceof Refused && error.problem.code === 'not_found') return null;
      throw error;
    },
  );
}

async function removeProvider(terminal: Terminal, id: string, options: TenantOptions): Promise<void> {
  const { tenant } = options;
  const question = { params: { id }, query: { tenant } };
  await ask(await peerOf(options), endpoints.adminRemoveProvider, question).catch((error: unknown) => {
    const isUnknown = error instanceof Refused && error.problem.code === 'not_found';
    throw isUnknown ? unknown(id, options) : error;
  });
  show(terminal, options, { value: { removed: id }, lines: [`Removed the provider ${id}.`] });
}

function unknown(id: string, { tenant }: TenantOptions): Failure {
  return new Failure(`There is no provider ${id} in the tenant ${tenant}.`);
}

function linesOf({ id, changedAt, ...settings }: AdminProvider): string[] {
  return fieldLines({ id, ...settings, changed: shortTime(changedAt) });
}
