import type { Change } from '@argus/core';
import { type Committed, openStore, type Store } from '@argus/store';
import pg from 'pg';
import { statementOf } from '../src/changes/index.ts';
import type { Statement } from '../src/changes/write.ts';

/**
 * Let one side wait in the middle of a statement for a row of the other: the first holds its changes uncommitted until
 * the second is seen to wait, and then goes on with what comes `after`. Answers how the second ended.
 */
export async function whileUncommitted<T>(
  url: string,
  first: { readonly tenant: string; readonly changes: readonly Change[]; readonly after?: readonly Change[] },
  second: (url: string) => Promise<T>,
): Promise<T> {
  const holder = new pg.Client({ connectionString: url });
  // Of its own: inside a transaction the view of who waits would stand still.
  const observer = new pg.Client({ connectionString: url });
  await Promise.all([holder.connect(), observer.connect()]);
  try {
    await holder.query('BEGIN');
    await writeEach(holder, first.tenant, first.changes);
    const waiting = second(url);
    await Promise.race([waiting, untilSomebodyWaits(observer)]);
    await writeEach(holder, first.tenant, first.after ?? []);
    await holder.query('COMMIT');
    return await waiting;
  } finally {
    await Promise.all([holder.end(), observer.end()]);
  }
}

async function writeEach(holder: pg.Client, tenant: string, changes: readonly Change[]): Promise<void> {
  for (const change of changes) {
    const statement = statementOf(change);
    const one = async ({ text, values }: Statement) => await holder.query(text, [tenant, ...values]);
    const statements =
      'asks' in statement ? statement.follows((await one(statement.asks)).rows) : [statement];
    for (const { first, ...each } of statements ?? []) {
      if (first) await one(first);
      await one(each);
    }
  }
}

async function untilSomebodyWaits(on: pg.Client): Promise<void> {
  for (let look = 0; look < 10_000; look += 1) {
    const { rowCount } = await on.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rowCount) return;
  }
  throw new Error('nobody ever waited: these two do not meet');
}

/** A commit of its own store, so that no connection of another test is in its way. */
export async function commitAlone(
  url: string,
  work: { readonly tenant: string; readonly changes: readonly Change[] },
): Promise<Committed> {
  await using store = openStore({ url, size: 1 });
  return await store.commit({ ...work, events: [] });
}

/** How many there were. One is counted when the connection that met it closes; all but this store's must be gone. */
export async function deadlocks({ pool }: Store): Promise<number> {
  for (let look = 0; look < 10_000; look += 1) {
    const { rows } = await pool.query(
      `SELECT deadlocks, (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections
       FROM pg_stat_database WHERE datname = current_database()`,
    );
    if (rows[0].connections <= pool.totalCount) return rows[0].deadlocks;
  }
  throw new Error('connections stayed open');
}
