import { tenantSchema } from '@argus/contract';
import { type Command, InvalidArgumentError } from 'commander';
import type { Peer } from './exchange.ts';
import { findServer } from './find-server.ts';
import type { Terminal } from './terminal.ts';

/** What every command that asks the running server takes. */
export interface RemoteOptions {
  readonly data: string;
  readonly url?: string;
  readonly json?: boolean;
}

export interface TenantOptions extends RemoteOptions {
  readonly tenant: string;
}

export interface ListOptions {
  readonly limit?: number;
  readonly all?: boolean;
}

const usualLimit = 20;
export const mostListed = 10_000;

export function defaultDataDir({ env }: Terminal): string {
  return env.ARGUS_DATA || '.argus';
}

export function withRemoteOptions(command: Command, terminal: Terminal): Command {
  return command
    .option('--data <dir>', 'data directory of the server', defaultDataDir(terminal))
    .option('--url <url>', 'address of the server, instead of the one in its data directory')
    .option('--json', 'answer in JSON');
}

export function withTenantOption(command: Command): Command {
  return command.option('--tenant <id>', 'tenant to look at', tenantId, 'default');
}

export function withListOptions(command: Command): Command {
  return command
    .option('--limit <number>', `show at most this many (${usualLimit}; with --all ${mostListed})`, count)
    .option('--all', 'show the whole list, up to the limit');
}

export function limitOf({ limit, all }: ListOptions): number {
  return limit ?? (all ? mostListed : usualLimit);
}

export function peerOf({ data, url }: RemoteOptions): Promise<Peer> {
  return findServer({ data, url });
}

/** Show a result: whole for machines, as lines for people. */
export function show(
  terminal: Terminal,
  { json }: Pick<RemoteOptions, 'json'>,
  result: { readonly value: unknown; readonly lines: readonly string[] },
): void {
  if (json) terminal.sayJson(result.value);
  else for (const line of result.lines) terminal.say(line);
}

/** Say on the side that a list goes on. */
export function noteMore(terminal: Terminal, nextCursor: string | null, shown: number): void {
  if (nextCursor !== null) terminal.note(`There are more than these ${shown}; --limit or --all shows them.`);
}

export function count(text: string): number {
  const number = Number(text);
  if (/^\d{1,5}$/.test(text) && number >= 1 && number <= mostListed) return number;
  throw new InvalidArgumentError(`Give a whole number from 1 to ${mostListed}.`);
}

function tenantId(text: string): string {
  if (tenantSchema.safeParse(text).success) return text;
  throw new InvalidArgumentError('A tenant has lower-case letters, digits and hyphens.');
}
