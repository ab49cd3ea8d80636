import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const argus = fileURLToPath(new URL('../../../packages/cli/bin/argus.js', import.meta.url));

export interface ArgusPlace {
  readonly port: number;
  readonly dataDir: string;
  /** What to `argus apply` after the start. */
  readonly document: string;
}

export interface ArgusProcess {
  readonly issuer: string;
  readonly url: string;
  /** Resolves with the exit code when it has ended, for whatever reason. */
  readonly ended: Promise<number>;
  stop(): Promise<void>;
}

/** Start Argus as an operator would, and wait until it listens. */
export async function startArgusProcess(place: ArgusPlace): Promise<ArgusProcess> {
  const child = spawn(
    process.execPath,
    [argus, 'serve', '--json', '--port', `${place.port}`, '--data', place.dataDir, '--apply', place.document],
    { stdio: ['ignore', 'pipe', 'inherit'], env: environment() },
  );
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 1));
    child.once('error', () => resolve(1));
  });
  const { issuer, url } = await firstWord(child, ended);
  return {
    issuer,
    url,
    ended,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** What an operator asks by `argus … --json` on the machine where the data directory is. */
export async function askArgus(dataDir: string, ...words: string[]): Promise<unknown> {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, [argus, ...words, '--json', '--data', dataDir]);
  return JSON.parse(stdout);
}

/** The demo stands on its own: what a shell says about some other Argus must not reach this one. */
const others = [
  'DATABASE_URL',
  'ARGUS_ISSUER',
  'ARGUS_HOST',
  'ARGUS_MASTER_KEY',
  'ARGUS_TLS_CERT',
  'ARGUS_TLS_KEY',
  'ARGUS_SMTP_URL',
  'ARGUS_MAIL_FROM',
  'ARGUS_ORIGINS',
  'ARGUS_TRUSTED_PROXIES',
];

function environment(): NodeJS.ProcessEnv {
  return {
    ...process.env,
    ...Object.fromEntries(others.map((name) => [name, ''])), // empty counts as not set
    ARGUS_LOG_LEVEL: 'warn',
  };
}

/** `serve --json` says one JSON object when it listens. */
async function firstWord(
  { stdout }: ChildProcess,
  ended: Promise<number>,
): Promise<{ issuer: string; url: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ issuer: string; url: string }>();
  let text = '';
  stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(0, 65_536);
    if (!text.trimEnd().endsWith('}')) return;
    try {
      resolve(JSON.parse(text));
    } catch {
      // More of it is to come.
    }
  });
  void ended.then((code) => reject(new Error(`Argus did not start (exit code ${code}); it says why above.`)));
  return promise;
}
