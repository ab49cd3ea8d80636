import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { PostgresUnavailable } from './errors.ts';

/** The system account that the database runs under. */
export interface Account {
  uid: number;
  gid: number;
}

const nobody: Account = { uid: 65534, gid: 65534 };

/**
 * The account to switch to for the database, or null to run it as we are.
 *
 * PostgreSQL refuses to run as root, so under root it gets the owner of an existing cluster, else the
 * `postgres` user, else 65534. An ordinary user can only run a cluster of their own.
 */
export function childAccount(cluster: string): Account | null {
  if (process.geteuid === undefined) return null;
  const uid = process.geteuid();
  const owner = ownerOf(cluster);
  if (uid !== 0) {
    if (owner === null || owner.uid === uid) return null;
    throw new PostgresUnavailable(`${cluster} belongs to the system user ${owner.uid}, and this is ${uid}.`);
  }
  return owner !== null && owner.uid !== 0 ? owner : (postgresUser() ?? nobody);
}

function ownerOf(path: string): Account | null {
  const status = statSync(path, { throwIfNoEntry: false });
  return status === undefined ? null : { uid: status.uid, gid: status.gid };
}

function postgresUser(): Account | null {
  try {
    const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
    return line === null ? null : { uid: Number(line[1]), gid: Number(line[2]) };
  } catch {
    return null;
  }
}

/** Whether the account can enter the directory; asked of the kernel, so that ACLs count too. */
export function canEnter(account: Account, directory: string): boolean {
  const answer = spawnSync('/bin/sh', ['-c', 'test -x "$1"', 'sh', directory], {
    ...account,
    cwd: '/',
    env: {},
    stdio: 'ignore',
  });
  return answer.status === 0;
}
