import { createServer } from 'node:net';
import { type ApplyDocument, applyDocumentSchema } from '@argus/contract';
import { type Config, type Environment, judgeEnvironment, mostWorkers, readEnvironment } from '@argus/server';
import { type Document, readDocument } from '../document.ts';
import { Failure } from '../failure.ts';
import type { Terminal } from '../terminal.ts';

export interface ServeFlags {
  readonly port?: string;
  readonly data?: string;
  readonly apply?: string;
  readonly workers?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly json?: boolean;
}

/** What `serve` needs to know, all of it checked. */
export interface Settings {
  readonly config: Config;
  readonly workers: number;
  /** To apply after the start. */
  readonly document: Document<ApplyDocument> | null;
}

/** Who wrote a flag looks for the flag: mistakes name it instead of its variable. */
const flagNames = [
  { given: ['port'], shown: '--port', variable: 'ARGUS_PORT' },
  { given: ['tlsCert', 'tlsKey'], shown: '--tls-cert', variable: 'ARGUS_TLS_CERT' },
  { given: ['tlsCert', 'tlsKey'], shown: '--tls-key', variable: 'ARGUS_TLS_KEY' },
] as const;

/** Judge environment, flags and file in one pass; throws one `Failure` that names every mistake. */
export async function readSettings({ env }: Pick<Terminal, 'env'>, flags: ServeFlags): Promise<Settings> {
  const judged = judgeEnvironment(await withFreePort(withFlags(readEnvironment(present(env)), flags)));
  const workers = workersOf(flags.workers);
  const read = flags.apply === undefined ? null : await readDocument(flags.apply, applyDocumentSchema);
  const mistakes = [
    ...(judged.mistakes ?? []).map((mistake) => inWordsOf(flags, mistake)),
    ...(workers === null ? [`--workers must be a whole number from 1 to ${mostWorkers}`] : []),
    ...(read && 'mistakes' in read ? read.mistakes : []),
  ];
  if (judged.config && workers !== null && !(read && 'mistakes' in read))
    return { config: judged.config, workers, document: read };
  const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`;
  throw new Failure(`${count} in the configuration; nothing was started.`, {
    exitCode: 2,
    lines: mistakes.map((mistake) => `- ${mistake}`),
  });
}

/** An empty variable is how compose files and shells say "not set". */
function present(env: Terminal['env']): Terminal['env'] {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
}

function withFlags(environment: Environment, flags: ServeFlags): Environment {
  return {
    ...environment,
    port: flags.port ?? environment.port,
    dataDir: flags.data ?? environment.dataDir,
    tlsCert: flags.tlsCert ?? environment.tlsCert,
    tlsKey: flags.tlsKey ?? environment.tlsKey,
  };
}

/** Port 0 asks for any free one; the issuer needs its number before the server listens. */
async function withFreePort(environment: Environment): Promise<Environment> {
  if (environment.port !== '0' || environment.issuer !== undefined) return environment;
  const probe = createServer();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  probe.once('error', reject).listen(0, environment.host ?? '127.0.0.1', resolve);
  await promise.catch(() => undefined);
  const address = probe.address();
  if (typeof address !== 'object' || address === null) return environment;
  await new Promise((closed) => probe.close(closed));
  return { ...environment, port: String(address.port) };
}

function workersOf(text: string | undefined): number | null {
  const workers = Number(text ?? '1');
  return /^\d+$/.test(text ?? '1') && workers >= 1 && workers <= mostWorkers ? workers : null;
}

function inWordsOf(flags: ServeFlags, mistake: string): string {
  return flagNames
    .filter(({ given }) => given.some((flag) => flags[flag] !== undefined))
    .reduce((text, { shown, variable }) => text.replaceAll(variable, shown), mistake);
}
