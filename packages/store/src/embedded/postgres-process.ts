import { type Clock, systemClock } from '../services/clock.ts';
import { childAccount } from './account.ts';
import { findBinaries } from './binaries.ts';
import { closeCluster, clusterMajor, clusterOf, ensureCluster, type Site } from './cluster.ts';
import { PostgresUnavailable } from './errors.ts';
import type { LogLine } from './launch.ts';
import { createHome, findHome, openToGroup, prepareDataDirectory, socketDirectory } from './location.ts';
import { takeOwnership } from './ownership-lock.ts';
import { type EmbeddedPostgres, supervise } from './supervise.ts';

export { DataDirectoryInUse, PostgresUnavailable } from './errors.ts';
export type { EmbeddedPostgres, PostgresExit } from './supervise.ts';

export interface StartPostgresOptions {
  /**
   * The server's data directory; made (0700) when missing. The database goes into its folder `postgres`.
   * Under root PostgreSQL runs as another user: the directory's group becomes that user's and its mode 0710 when
   * it was closed, and where a closed parent keeps that user out, the database is made in `/var/lib/argus-…`,
   * named by `postgres.location` in the data directory.
   */
  dataDir: string;
  /** Receives PostgreSQL's log, line by line. */
  log?: LogLine;
  /** `system` passes over the bundled PostgreSQL. Default `any`: bundled, else the system's. */
  source?: 'any' | 'system';
  /** False only for throw-away databases: no fsync. Default true. */
  durable?: boolean;
  /** Counts the restarts: more than five within a minute are too many. Default the machine's clock. */
  clock?: Clock;
}

/**
 * Starts the embedded PostgreSQL on a data directory, making its database at the first start, and resolves when
 * it accepts connections: over a unix socket that only its own user (and root) can reach, by password.
 *
 * What a killed owner left running there is stopped first. One living process owns a data directory: a second
 * start throws `DataDirectoryInUse` and touches nothing. Throws `PostgresUnavailable` when it cannot run here.
 */
export async function startPostgres(options: StartPostgresOptions): Promise<EmbeddedPostgres> {
  if (process.platform === 'win32') throw new PostgresUnavailable('it needs unix sockets.');
  const dataDir = prepareDataDirectory(options.dataDir);
  const lock = takeOwnership(dataDir);
  try {
    const site = await survey(dataDir, options);
    const password = await ensureCluster(site);
    closeCluster(site.home);
    const socket = socketDirectory(site.home, site.account);
    const url = `postgres://argus:${password}@${encodeURIComponent(socket)}/argus`;
    const { log = () => undefined, clock = systemClock } = options;
    return await supervise({ site, socket, url, log, lock, clock });
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Finds out where the database is and what can run it; changes nothing of an existing one. */
async function survey(dataDir: string, options: StartPostgresOptions): Promise<Site> {
  const found = findHome(dataDir);
  const account = childAccount(clusterOf(found ?? dataDir));
  if (account !== null) openToGroup(dataDir, account);
  const home = found ?? createHome(dataDir, account);
  const wanted = { account, home, major: clusterMajor(home), source: options.source ?? 'any' };
  const binaries = await findBinaries(wanted);
  return { dataDir, home, account, binaries, durability: { fsync: options.durable ?? true } };
}
