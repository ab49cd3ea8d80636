import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirectoryInUse, PostgresUnavailable } from './errors.ts';

/** The right to run PostgreSQL on one data directory. */
export interface OwnershipLock {
  release(): void;
}

const sqliteBusy = 5;

/**
 * Takes the one ownership of `dataDir` at once, or throws `DataDirectoryInUse`.
 *
 * An empty SQLite file is locked exclusively: that is an operating-system lock on every platform, so it
 * needs no check-then-act and the kernel drops it when its owner dies, also by kill −9.
 */
export function takeOwnership(dataDir: string): OwnershipLock {
  const database = openLockFile(dataDir);
  try {
    database.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    if (isBusy(error)) throw new DataDirectoryInUse(dataDir, readOwner(dataDir));
    throw new PostgresUnavailable(`${dataDir} cannot be locked: ${String(error)}.`, { cause: error });
  }
  writeFileSync(ownerFile(dataDir), `${process.pid}\n`, { mode: 0o600 });
  return { release: () => database.close() };
}

function openLockFile(dataDir: string): DatabaseSync {
  const path = join(dataDir, 'postgres.lock');
  try {
    const database = new DatabaseSync(path, { timeout: 0 });
    // By its path: closing a descriptor of the file would drop this process's lock on it (POSIX fcntl).
    chmodSync(path, 0o600);
    return database;
  } catch (error) {
    throw new PostgresUnavailable(`${path} cannot be opened: ${String(error)}.`, { cause: error });
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy;
}

function ownerFile(dataDir: string): string {
  return join(dataDir, 'postgres.owner');
}

/** Only for the message: the lock, not this number, decides. */
function readOwner(dataDir: string): number | null {
  try {
    const pid = Number.parseInt(readFileSync(ownerFile(dataDir), 'utf8'), 10);
    return Number.isInteger(pid) ? pid : null;
  } catch {
    return null;
  }
}
