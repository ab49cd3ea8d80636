import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { within } from '../services/clock.ts';
import type { Account } from './account.ts';
import { PostgresUnavailable } from './errors.ts';

/** One program of PostgreSQL, run to its end. */
export interface Errand {
  program: string;
  args: readonly string[];
  libraryPath: string | null;
  account: Account | null;
  input?: string;
}

/** Where the system's own programs are. */
export const errandPath = '/usr/bin:/bin';

const errandLimitMs = 120_000;
const outputLimit = 20_000;

/** Runs a program to its end and gives its output; throws when it fails, with what it said. */
export async function runErrand(errand: Errand): Promise<string> {
  const child = spawn(errand.program, [...errand.args], {
    ...childOptions(errand.account, errand.libraryPath),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-outputLimit);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  // A program that ended early closes its input; its exit code tells the story.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(errand.input ?? '');
  const ended = await within(errandLimitMs, endOf(child));
  if (ended === 'late') child.kill('SIGKILL');
  if (ended === 0) return output;
  throw new PostgresUnavailable(`${errand.program} failed (${String(ended)}): ${output.trim()}`);
}

function endOf(child: ChildProcess): Promise<number | string | null> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
}

/**
 * How every program of PostgreSQL is run: under its account, in a session of its own so that the terminal's
 * Ctrl-C does not reach it before the server has drained, and with nothing of our environment (PGDATA and the
 * like would change what it does; secrets do not belong there).
 */
export function childOptions(account: Account | null, libraryPath: string | null): SpawnOptions {
  const libraries =
    libraryPath === null
      ? {}
      : { [process.platform === 'darwin' ? 'DYLD_LIBRARY_PATH' : 'LD_LIBRARY_PATH']: libraryPath };
  return {
    ...(account ?? {}),
    cwd: '/',
    detached: true,
    env: { PATH: errandPath, LC_ALL: 'C', TZ: 'UTC', ...libraries },
  };
}
