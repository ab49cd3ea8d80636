import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const markerName = 'ARGUS_TEST_RUN';
/** A browser or a database that was told to stop needs a moment to do so. */
const usualGraceMs = 5_000;

/** Marks this run in the environment that every process of the tests inherits. */
export function markProcesses(): string {
  const marker = `${process.pid}-${randomUUID()}`;
  process.env[markerName] = marker;
  return marker;
}

/**
 * Ends what the tests of this run left running, and tells what it was. Linux only: elsewhere nothing shows
 * the environment of other processes.
 */
export async function killMarked(
  marker: string,
  keep: ReadonlySet<number>,
  graceMs: number = usualGraceMs,
): Promise<string[]> {
  const wanted = `${markerName}=${marker}`;
  let left = await markedProcesses(wanted, keep);
  for (let waitedMs = 0; left.size > 0 && waitedMs < graceMs; waitedMs += 100) {
    await wait(100);
    left = await markedProcesses(wanted, keep);
  }
  for (const pid of left.keys()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It ended by itself in between.
    }
  }
  return [...left.values()].map((command) => `a test left a process behind: ${command.slice(0, 160)}`);
}

async function markedProcesses(wanted: string, keep: ReadonlySet<number>): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  const ours = await pidsBelow(process.pid, keep);
  for (const pid of await allPids()) {
    if (pid === process.pid || ours.has(pid)) continue;
    const environment = await readOrEmpty(`/proc/${pid}/environ`);
    if (!environment.split('\0').includes(wanted)) continue;
    const command = (await readOrEmpty(`/proc/${pid}/cmdline`)).replaceAll('\0', ' ').trim();
    if (command !== '') found.set(pid, command);
  }
  return found;
}

/** The processes below one, or only those at or below some of them (a database forks as it works). */
export async function pidsBelow(ancestor: number, roots?: ReadonlySet<number>): Promise<Set<number>> {
  const parents = new Map<number, number>();
  for (const pid of await allPids()) {
    const stat = await readOrEmpty(`/proc/${pid}/stat`);
    parents.set(pid, Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = new Set<number>();
  for (const pid of parents.keys()) {
    for (let at: number | undefined = pid, depth = 0; at && depth < 64; at = parents.get(at), depth += 1) {
      if (roots ? roots.has(at) : at === ancestor && pid !== ancestor) below.add(pid);
    }
  }
  return below;
}

async function allPids(): Promise<number[]> {
  try {
    return (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  } catch {
    return [];
  }
}

async function readOrEmpty(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
