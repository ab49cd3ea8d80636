import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Random, systemRandom } from '../services/random.ts';
import type { Account } from './account.ts';
import type { Binaries } from './binaries.ts';
import { PostgresUnavailable } from './errors.ts';
import { stopLeftovers } from './leftovers.ts';
import { writeAtomically } from './location.ts';
import { runErrand } from './run.ts';
import { type Durability, singleUserSettings } from './settings.ts';

/** Everything that a start has found out before it touches the database. */
export interface Site {
  /** The real path of the server's data directory. */
  dataDir: string;
  /** The folder that holds the database, in the data directory or elsewhere. */
  home: string;
  account: Account | null;
  binaries: Binaries;
  durability: Durability;
}

/** Where the cluster (PGDATA) of a home lies. */
export function clusterOf(home: string): string {
  return join(home, 'cluster');
}

/** The PostgreSQL version that made the cluster; null when there is none. */
export function clusterMajor(home: string): number | null {
  const file = join(clusterOf(home), 'PG_VERSION');
  return existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : null;
}

/**
 * Makes the cluster when there is none, and gives the password of its `argus` role. The cluster appears complete,
 * by rename: a start that was killed half-way leaves nothing that looks like a database.
 */
export async function ensureCluster(site: Site, random: Random = systemRandom): Promise<string> {
  const passwordFile = join(site.dataDir, 'postgres.password');
  const exists = clusterMajor(site.home) !== null;
  if (exists && existsSync(passwordFile)) return readFileSync(passwordFile, 'utf8').trim();
  const password = random.bytes(24).toString('base64url');
  if (exists) await replacePassword(site, password);
  else await makeCluster(site, password, random);
  writeAtomically(passwordFile, `${password}\n`);
  return password;
}

async function makeCluster(site: Site, password: string, random: Random): Promise<void> {
  for (const name of readdirSync(site.home)) {
    // What a killed start had begun may still be writing there for a moment.
    const wait = { maxRetries: 10, retryDelay: 50 };
    if (name.startsWith('cluster-')) rmSync(join(site.home, name), { recursive: true, force: true, ...wait });
  }
  const unfinished = mkdtempSync(join(site.home, 'cluster-'));
  giveTo(site.account, unfinished);
  await initialise(site, unfinished, random);
  // Argus works without superuser rights: an injected statement reaches neither files nor programs.
  await singleUser(site, unfinished, [
    `CREATE ROLE argus LOGIN CREATEDB PASSWORD '${password}'`,
    'CREATE DATABASE argus OWNER argus',
  ]);
  renameSync(unfinished, clusterOf(site.home));
}

/** The password file was lost, or its writing was cut short by a kill. */
async function replacePassword(site: Site, password: string): Promise<void> {
  const cluster = clusterOf(site.home);
  await stopLeftovers(cluster);
  await singleUser(site, cluster, [`ALTER ROLE argus PASSWORD '${password}'`]);
}

async function initialise(site: Site, cluster: string, random: Random): Promise<void> {
  // initdb demands a password for the superuser; nobody keeps it. Repairs go through the single-user mode.
  const passwordFile = join(site.home, 'superuser-password');
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${random.bytes(24).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  giveTo(site.account, passwordFile);
  const locale = site.binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  const args = ['-D', cluster, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  const sync = site.durability.fsync ? [] : ['--no-sync'];
  try {
    await runErrand({
      program: site.binaries.initdb,
      args: [...args, '--no-locale', '--encoding=UTF8', ...locale, ...sync, '--no-instructions'],
      libraryPath: site.binaries.libraryPath,
      account: site.account,
    });
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

function giveTo(account: Account | null, path: string): void {
  if (account !== null) chownSync(path, account.uid, account.gid);
}

/** Runs statements as the superuser of a cluster that is not running; needs no password and opens no socket. */
async function singleUser(site: Site, cluster: string, statements: readonly string[]): Promise<void> {
  const output = await runErrand({
    program: site.binaries.postgres,
    args: ['--single', '-D', cluster, ...singleUserSettings(site.durability), 'postgres'],
    libraryPath: site.binaries.libraryPath,
    account: site.account,
    input: `${statements.join('\n')}\n`,
  });
  // The single-user mode ends with 0 whatever its statements did.
  const failure = /^.*(?:ERROR|FATAL|PANIC):.*$/m.exec(output);
  if (failure !== null) throw new PostgresUnavailable(`a new database could not be set up: ${failure[0]}`);
}

/** A cluster must be closed to others, or PostgreSQL refuses it; restored backups often are not. */
export function closeCluster(home: string): void {
  chmodSync(clusterOf(home), 0o700);
}
