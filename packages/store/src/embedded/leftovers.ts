import { readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pause } from '../services/clock.ts';
import { PostgresUnavailable } from './errors.ts';

const lookEveryMs = 20;
const fastStopMs = 10_000;
const immediateStopMs = 5_000;

/**
 * Stops whatever an owner that was killed left running on this cluster. Call it only while owning the data
 * directory. A process counts only when it is a postgres whose working directory is this cluster (PostgreSQL
 * always works there), so a reused process id is never taken for ours.
 */
export async function stopLeftovers(cluster: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const recorded = recordedPid(cluster);
  if (recorded !== null && processesOn(cluster).includes(recorded)) await stopPostmaster(cluster, recorded);
  await killOrphanedBackends(cluster);
  // PostgreSQL takes any living process with the recorded id for a running server; after a restart of the
  // machine or the container that is somebody else. No process works on the cluster now, so the file is stale.
  if (recorded !== null && isAlive(recorded)) rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

async function stopPostmaster(cluster: string, pid: number): Promise<void> {
  if (await signalAndWait(cluster, { pid, signal: 'SIGINT', limitMs: fastStopMs })) return;
  await signalAndWait(cluster, { pid, signal: 'SIGQUIT', limitMs: immediateStopMs });
}

/** Backends whose postmaster is gone cannot be stopped by it; the coming recovery makes up for the kill. */
async function killOrphanedBackends(cluster: string): Promise<void> {
  for (const pid of processesOn(cluster)) {
    if (!(await signalAndWait(cluster, { pid, signal: 'SIGKILL', limitMs: immediateStopMs }))) {
      throw new PostgresUnavailable(`process ${pid} of an earlier server on ${cluster} does not end.`);
    }
  }
}

interface Stop {
  pid: number;
  signal: NodeJS.Signals;
  limitMs: number;
}

async function signalAndWait(cluster: string, stop: Stop): Promise<boolean> {
  try {
    process.kill(stop.pid, stop.signal);
  } catch {
    // It ended by itself in the meantime.
  }
  for (let waitedMs = 0; waitedMs < stop.limitMs; waitedMs += lookEveryMs) {
    if (!worksOn(cluster, stop.pid)) return true;
    await pause(lookEveryMs);
  }
  return false;
}

/** The living postgres processes that work on this cluster. */
export function processesOn(cluster: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => worksOn(cluster, pid));
}

function worksOn(cluster: string, pid: number): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== cluster) return false;
    return basename(readlinkSync(`/proc/${pid}/exe`)).startsWith('postgres');
  } catch {
    return false;
  }
}

function recordedPid(cluster: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 0 ? pid : null;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
