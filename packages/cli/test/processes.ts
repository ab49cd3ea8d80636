import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { within } from '@argus/server';
import { readServerFile } from '../src/server-file.ts';

export const bin = fileURLToPath(new URL('../bin/argus.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** Resolves when the process has written this on either stream; rejects when it ends first. */
  written(pattern: RegExp): Promise<RegExpExecArray>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Another Node than the one of the tests. */
  readonly node?: string | undefined;
  readonly bin?: string;
}

/** Start `argus` as a process of its own, without anything that configures it from outside. */
export function spawnArgus(args: readonly string[], surroundings: Surroundings = {}): Running {
  const clean = Object.entries(process.env).filter(
    ([name]) => name !== 'DATABASE_URL' && (!name.startsWith('ARGUS_') || name === 'ARGUS_TEST_RUN'),
  );
  const child = spawn(surroundings.node ?? process.execPath, [surroundings.bin ?? bin, ...args], {
    cwd: surroundings.cwd ?? tmpdir(),
    env: { ...Object.fromEntries(clean), ...surroundings.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { out: '', err: '' };
  const { promise, resolve } = Promise.withResolvers<Ended>();
  child.once('close', (code, signal) => resolve({ code, signal, ...text }));
  const listeners = new Set<() => void>();
  const collect = (stream: 'out' | 'err') => (chunk: Buffer) => {
    text[stream] += chunk.toString('utf8');
    for (const listener of listeners) listener();
  };
  child.stdout.on('data', collect('out'));
  child.stderr.on('data', collect('err'));
  return {
    child,
    ended: promise,
    written: (pattern) =>
      new Promise((found, failed) => {
        const look = () => {
          const match = pattern.exec(text.out) ?? pattern.exec(text.err);
          if (match) found(match);
        };
        listeners.add(look);
        look();
        void promise.then(() => failed(new Error(`ended without ${pattern}:\n${text.out}\n${text.err}`)));
      }),
  };
}

/** Run a command to its end. */
export function argus(args: readonly string[], surroundings?: Surroundings): Promise<Ended> {
  return spawnArgus(args, surroundings).ended;
}

export interface Serving extends Running, AsyncDisposable {
  readonly url: string;
  readonly pid: number;
  readonly dataDir: string;
  /** What it had said when it was ready. */
  readonly welcome: string;
}

export interface Served extends Surroundings {
  readonly dataDir: string;
  readonly args?: readonly string[];
}

/** Start `argus serve` on any free port and wait until it says that it is ready. */
export async function serve({ dataDir, args = [], ...surroundings }: Served): Promise<Serving> {
  const running = spawnArgus(['serve', '--port', '0', '--data', dataDir, ...args], surroundings);
  try {
    const [welcome] = await running.written(/^Argus [\s\S]*Ctrl-C\.$/m);
    const file = await readServerFile(dataDir);
    if (!file) throw new Error('the running server left no server.json');
    // In order, so that an embedded database has stopped before its folder is removed.
    const end = async () => {
      running.child.kill('SIGTERM');
      if ((await within(20_000, running.ended, null)) !== null) return;
      running.child.kill('SIGKILL');
      await running.ended;
    };
    return { ...running, url: file.url, pid: file.pid, dataDir, welcome, [Symbol.asyncDispose]: end };
  } catch (error) {
    running.child.kill('SIGKILL');
    throw error;
  }
}

/** A throw-away folder. Open to be entered: under root the database runs as another user. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'argus-cli-'));
  chmodSync(path, 0o755);
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }) };
}

/** Whether a process lives. */
export function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
