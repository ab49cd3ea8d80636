import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import pg from 'pg';

export const isRoot: boolean = process.geteuid?.() === 0;

const SERVER = 'packages/store/test/embedded-server.ts';

/** Why a test about switching users does not run; false where it does. */
export const needsRoot: string | false = isRoot
  ? false
  : 'NOT PROVEN HERE: only root can become another user; run the tests as root too';

/** What `embedded-server.ts` told about its start. */
export interface Told {
  url: string;
  pid: number;
  error?: string;
  message?: string;
}

/** A server process that owns, or failed to own, a data directory. */
export interface Server {
  told: Told;
  process: ChildProcess;
  /** Ends its input and waits for its end. */
  stop(): Promise<void>;
  /** kill −9. */
  kill(): Promise<void>;
}

export interface ServerOptions {
  dataDir: string;
  uid?: number;
  /** Default false: without fsync, which no kill of a process can tell apart. */
  durable?: boolean;
  /** Runs from a copy of the checkout, with the Node in it. */
  checkout?: string;
}

/** Starts a server in a process of its own and waits for what it tells. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const program = join(options.checkout ?? join(import.meta.dirname, '../../..'), SERVER);
  const node = options.checkout === undefined ? process.execPath : join(options.checkout, 'node');
  const child = spawn(node, [program, options.dataDir, options.durable ? 'durable' : 'throw-away'], {
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    cwd: '/',
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line'),
    ended.then(() => ['{"error":"ended without a word"}']),
  ]);
  const told: Told = JSON.parse(String(line));
  return {
    told,
    process: child,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** A directory that is removed at the end, with the database elsewhere that it may point to. */
export function scratch(mode = 0o755): { path: string; [Symbol.dispose](): void } {
  const path = mkdtempSync(join(tmpdir(), 'argus-embedded-'));
  chmodSync(path, mode);
  return {
    path,
    [Symbol.dispose]: () => {
      for (const home of homesElsewhere(path)) rmSync(home, { recursive: true, force: true });
      rmSync(path, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

function homesElsewhere(path: string): string[] {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'postgres.location')
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim());
}

/** Runs one statement on a connection of its own and gives the first row. */
export async function ask(url: string, text: string): Promise<Record<string, unknown>> {
  const client = new pg.Client({ connectionString: url });
  // A server that is stopped under an idle connection is the point of many a test.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const answer = await client.query<Record<string, unknown>>(text);
    return answer.rows[0] ?? {};
  } finally {
    await client.end();
  }
}

/** Waits until a process is gone; fails after half a minute. */
export async function gone(pid: number): Promise<void> {
  await eventually(async () => {
    if (existsSync(`/proc/${pid}/exe`)) throw new Error(`process ${pid} is still there`);
  });
}

/** Repeats an attempt until it succeeds; after half a minute its error is the answer. */
export async function eventually<T>(attempt: () => Promise<T>): Promise<T> {
  for (let left = 3_000; left > 0; left -= 1) {
    try {
      return await attempt();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  return await attempt();
}
