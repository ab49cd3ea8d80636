import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Account, canEnter } from './account.ts';
import { PostgresUnavailable } from './errors.ts';

/** Survives restarts of the machine, unlike the temporary folders. */
const elsewhere = '/var/lib';

/** sockaddr_un holds 108 bytes (104 on macOS) with the closing zero and `/.s.PGSQL.5432`. */
const longestSocketDirectory = 88;

/** Makes the data directory, closed to all others, and gives its real path. */
export function prepareDataDirectory(dataDir: string): string {
  mkdirSync(dirname(dataDir), { recursive: true });
  if (!existsSync(dataDir)) mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  return realpathSync(dataDir);
}

/** The folder that holds this data directory's database, or null when there is none yet. */
export function findHome(dataDir: string): string | null {
  const pointer = pointerFile(dataDir);
  if (!existsSync(pointer)) {
    const inside = join(dataDir, 'postgres');
    return existsSync(inside) ? inside : null;
  }
  const home = readFileSync(pointer, 'utf8').trim();
  if (!existsSync(home)) throw new PostgresUnavailable(`${pointer} names ${home}, which is gone.`);
  claimHome(home, dataDir);
  return home;
}

/**
 * Makes the folder for a new database: `postgres` in the data directory when the account can reach it there.
 * Under root with a checkout in a closed home it cannot; the folder is then made beside the system's other
 * databases and `postgres.location` in the data directory names it.
 */
export function createHome(dataDir: string, account: Account | null): string {
  const inside = join(dataDir, 'postgres');
  if (account === null) {
    mkdirSync(inside, { mode: 0o700 });
    return inside;
  }
  if (canEnter(account, dataDir)) {
    mkdirSync(inside, { mode: 0o700 });
    openToGroup(inside, account);
    return inside;
  }
  const home = createElsewhere(dataDir);
  openToGroup(home, account);
  writeFileSync(join(home, 'belongs-to'), `${dataDir}\n`, { mode: 0o600 });
  writeAtomically(pointerFile(dataDir), `${home}\n`);
  return home;
}

function createElsewhere(dataDir: string): string {
  try {
    return mkdtempSync(join(elsewhere, 'argus-'));
  } catch (cause) {
    const reason = `its account cannot enter ${dataDir}, and nothing can be made in ${elsewhere}.`;
    throw new PostgresUnavailable(reason, { cause });
  }
}

/**
 * Lets the account's group pass through a directory that only root could enter. Nobody else gains anything, and
 * the account cannot list it. A directory that is already open to some group is left as it is.
 */
export function openToGroup(directory: string, account: Account): void {
  const status = statSync(directory);
  if (status.uid !== 0 || (status.mode & 0o077) !== 0) return;
  chownSync(directory, 0, account.gid);
  chmodSync(directory, 0o710);
}

/** A copied data directory must not run the original's database; a moved one takes it along. */
function claimHome(home: string, dataDir: string): void {
  const file = join(home, 'belongs-to');
  const before = readFileSync(file, 'utf8').trim();
  if (before === dataDir) return;
  if (existsSync(pointerFile(before)) && readFileSync(pointerFile(before), 'utf8').trim() === home) {
    throw new PostgresUnavailable(`${dataDir} is a copy: its database ${home} belongs to ${before}.`);
  }
  writeAtomically(file, `${dataDir}\n`);
}

function pointerFile(dataDir: string): string {
  return join(dataDir, 'postgres.location');
}

/** Writes a file of ours (0600) so that a reader sees all of it or none. */
export function writeAtomically(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600, flush: true });
  renameSync(`${path}.new`, path);
}

/** A directory 0700 of the account's own for the socket; a short one elsewhere when the path is too long. */
export function socketDirectory(home: string, account: Account | null): string {
  const inside = join(home, 'socket');
  if (Buffer.byteLength(inside) <= longestSocketDirectory) {
    if (!existsSync(inside)) makeClosed(inside, account);
    return inside;
  }
  const note = join(home, 'socket-location');
  const before = existsSync(note) ? readFileSync(note, 'utf8').trim() : null;
  if (before !== null && isClosedTo(before, account)) return before;
  const short = mkdtempSync(join(shortFolder(account), 'argus-'));
  if (account !== null) chownSync(short, account.uid, account.gid);
  writeAtomically(note, `${short}\n`);
  return short;
}

/** Removes a short socket directory; one inside the home stays. */
export function removeSocketDirectory(home: string, directory: string): void {
  if (dirname(directory) === home) return;
  rmSync(directory, { recursive: true, force: true });
  rmSync(join(home, 'socket-location'), { force: true });
}

/** Makes a directory that only the account can use. */
export function makeClosed(directory: string, account: Account | null): void {
  mkdirSync(directory, { mode: 0o700 });
  if (account !== null) chownSync(directory, account.uid, account.gid);
}

/** In a shared temporary folder another user may have put something under the remembered name. */
function isClosedTo(directory: string, account: Account | null): boolean {
  const status = lstatSync(directory, { throwIfNoEntry: false });
  const uid = account?.uid ?? process.geteuid?.();
  return status?.isDirectory() === true && status.uid === uid && (status.mode & 0o077) === 0;
}

function shortFolder(account: Account | null): string {
  if (account !== null && existsSync('/run')) return '/run';
  const own = process.env.XDG_RUNTIME_DIR;
  if (own !== undefined && own.length < 60 && existsSync(own)) return own;
  return tmpdir().length < 70 ? tmpdir() : '/tmp';
}
