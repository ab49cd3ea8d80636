import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { within } from '../services/clock.ts';
import { clusterOf, type Site } from './cluster.ts';
import { PostgresUnavailable } from './errors.ts';
import { stopLeftovers } from './leftovers.ts';
import { boundToOwner } from './owner-bound.ts';
import { childOptions } from './run.ts';
import { runningSettings } from './settings.ts';

/** Receives each line of PostgreSQL's own log. */
export type LogLine = (line: string) => void;

/** After a crash the write-ahead log is replayed before the first connection. */
const readyLimitMs = 600_000;
const fastStopMs = 10_000;
const immediateStopMs = 5_000;
const keptLines = 20;

/** Starts PostgreSQL on its cluster and resolves when it accepts connections. */
export async function launch(site: Site, socketDirectory: string, log: LogLine): Promise<ChildProcess> {
  await stopLeftovers(clusterOf(site.home));
  // Nothing runs now: a socket's lock file could only name a process id that was reused.
  for (const name of readdirSync(socketDirectory)) rmSync(join(socketDirectory, name), { force: true });
  const args = ['-D', clusterOf(site.home), ...runningSettings(socketDirectory, site.durability)];
  const command = boundToOwner({ program: site.binaries.postgres, args });
  const child = spawn(command.program, [...command.args], {
    ...childOptions(site.account, site.binaries.libraryPath),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kept: string[] = [];
  const ready = readyLine(child, (line) => {
    if (kept.push(line) > keptLines) kept.shift();
    log(line);
  });
  const outcome = await within(readyLimitMs, Promise.race([ready, failureOf(child)]));
  if (outcome === 'ready') {
    kept.length = 0;
    letGo(child);
    return child;
  }
  child.kill('SIGQUIT');
  throw new PostgresUnavailable(`it did not start (${outcome}): ${kept.join(' | ')}`);
}

function readyLine(child: ChildProcess, log: LogLine): Promise<'ready'> {
  return new Promise((resolve) => {
    if (child.stderr === null) return;
    createInterface({ input: child.stderr }).on('line', (line) => {
      log(line);
      if (line.endsWith('database system is ready to accept connections')) resolve('ready');
    });
  });
}

function failureOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(`ended with ${code ?? signal}`));
  });
}

/** The database alone keeps no process alive; the server that uses it does. */
function letGo(child: ChildProcess): void {
  child.unref();
  if (child.stderr !== null && 'unref' in child.stderr && typeof child.stderr.unref === 'function') {
    child.stderr.unref();
  }
}

/** Whether the process has not ended yet. */
export function isRunning(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Stops PostgreSQL: open transactions roll back, a checkpoint is written; forced when that takes too long. */
export async function land(child: ChildProcess): Promise<void> {
  child.ref();
  for (const [signal, limitMs] of [
    ['SIGINT', fastStopMs],
    ['SIGQUIT', immediateStopMs],
    ['SIGKILL', immediateStopMs],
  ] as const) {
    if (!isRunning(child)) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    if ((await within(limitMs, ended)) !== 'late') return;
  }
}
