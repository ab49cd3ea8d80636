import type { AuditEvent, Change } from '@argus/core';
import { insertEvents } from './changes/audit.ts';
import { statementOf } from './changes/index.ts';
import type { Statement } from './changes/write.ts';
import type { Client, Pool } from './postgres/pool.ts';

/** What one commit writes: all of it, or nothing. */
export interface Commit {
  readonly tenant: string;
  readonly changes: readonly Change[];
  readonly events: readonly AuditEvent[];
}

export type Committed =
  | {
      readonly isCommitted: true;
      /** For each change the ids it touched (ended sessions, for instance). */
      readonly touched: readonly (readonly string[])[];
    }
  /** A guard found another state: gather again, decide again. */
  | { readonly isCommitted: false; readonly lost: Change['kind'] };

const serializationFailures = new Set(['40001', '40P01']);
const tries = 3;

/**
 * Write changes and their audit events in one transaction.
 * A deadlock or serialisation failure is tried again, three times in all; every other fault throws.
 */
export async function commit(pool: Pool, work: Commit): Promise<Committed> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await commitOnce(pool, work);
    } catch (error) {
      const code = (error as { code?: string }).code ?? ''; // pg marks its errors with SQLSTATE in `code`
      if (attempt >= tries || !serializationFailures.has(code)) throw error;
    }
  }
}

async function commitOnce(pool: Pool, { tenant, changes, events }: Commit): Promise<Committed> {
  const client = await pool.connect();
  let isBroken = true;
  try {
    await client.query('BEGIN');
    const touched: string[][] = [];
    for (const change of changes) {
      const ids = await write(client, tenant, change);
      if (ids === null) {
        await client.query('ROLLBACK');
        isBroken = false;
        return { isCommitted: false, lost: change.kind };
      }
      touched.push(ids);
    }
    await insertEvents(client, tenant, events);
    await client.query('COMMIT');
    isBroken = false;
    return { isCommitted: true, touched };
  } catch (error) {
    await client.query('ROLLBACK').then(
      () => {
        isBroken = false;
      },
      () => undefined, // the connection is gone; the server rolls back by itself
    );
    throw error;
  } finally {
    client.release(isBroken);
  }
}

async function write(client: Client, tenant: string, change: Change): Promise<string[] | null> {
  const statement = statementOf(change);
  const result = await run(client, tenant, statement);
  if ((result.rowCount ?? 0) < statement.expects) return null;
  const ids = result.rows.map((row) => row.id);
  if (statement.thenFor && ids.length > 0) await run(client, tenant, statement.thenFor(ids));
  return ids;
}

function run(client: Client, tenant: string, { name, text, values }: Statement) {
  return client.query<{ id: string }>({ name, text, values: [tenant, ...values] });
}
