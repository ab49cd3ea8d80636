import type { DeviceId, EndReason, SessionId, Told, UserId } from '@argus/contract';
import type { AuditEvent, Change } from '@argus/core';
import { insertEvents } from './changes/audit.ts';
import { endGrants } from './changes/grants.ts';
import { statementOf } from './changes/index.ts';
import { tellFeed } from './changes/tell.ts';
import type { Ending, GuardedStatement, Statement } from './changes/write.ts';
import { retryingConflicts } from './postgres/conflict.ts';
import type { Client, Pool } from './postgres/pool.ts';
import { inTransaction } from './postgres/transaction.ts';

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

/** Where a commit goes, and what names the events that it adds by itself. */
export interface Writing {
  readonly pool: Pool;
  uuid(): string;
  /** Called when something was left for the feed of a tenant. */
  readonly onTold?: ((tenant: string) => void) | undefined;
}

/**
 * Write changes and their audit events in one transaction.
 * A deadlock or serialisation failure is tried again, three times in all; every other fault throws.
 */
export function commit(writing: Writing, work: Commit): Promise<Committed> {
  return retryingConflicts(() => commitOnce(writing, work));
}

async function commitOnce({ pool, uuid, onTold }: Writing, work: Commit): Promise<Committed> {
  const { tenant, changes, events } = work;
  const told: Told[] = [];
  const writeAll = async (client: Client): Promise<Committed> => {
    const touched: string[][] = [];
    const ended: AuditEvent[] = [];
    for (const change of changes) {
      const done = await carryOut(client, tenant, change);
      if (done === null) return { isCommitted: false, lost: change.kind };
      touched.push(done[0]?.rows.map((row) => row.id) ?? []);
      for (const { statement, rows } of done) {
        if (statement.ends) ended.push(...endedEvents(statement.ends, rows, uuid));
        told.push(...toldBy(statement, rows));
      }
    }
    await tellFeed(client, tenant, told);
    await insertEvents(client, tenant, [...events, ...ended]);
    return { isCommitted: true, touched };
  };
  const outcome = await inTransaction(pool, writeAll, ({ isCommitted }) => isCommitted);
  if (outcome.isCommitted && told.length > 0) onTold?.(tenant);
  return outcome;
}

interface Done {
  readonly statement: GuardedStatement;
  readonly rows: readonly Touched[];
}

/** What a change came to; null when it found another state than it expected. */
async function carryOut(client: Client, tenant: string, change: Change): Promise<Done[] | null> {
  const asked = statementOf(change);
  const statements = 'asks' in asked ? asked.follows((await run(client, tenant, asked.asks)).rows) : [asked];
  if (statements === null) return null;
  const done: Done[] = [];
  for (const statement of statements) {
    const rows = await written(client, tenant, statement);
    if (rows === null) return null;
    done.push({ statement, rows });
  }
  return done;
}

interface Touched {
  readonly id: string;
  readonly user_id?: UserId;
  readonly device_id?: DeviceId;
  /** A session whose tokens may say that it lives on, because it was made shorter after they were given. */
  readonly is_outlived?: boolean;
}

const uniqueViolation = '23505';

/** The rows it touched; null when its guard found too few, or a duplicate that counts as such. */
async function written(
  client: Client,
  tenant: string,
  statement: GuardedStatement,
): Promise<Touched[] | null> {
  try {
    return await write(client, tenant, statement);
  } catch (error) {
    const code = (error as { code?: string }).code; // pg marks its errors with SQLSTATE in `code`
    if (statement.losesToDuplicate && code === uniqueViolation) return null;
    throw error;
  }
}

async function write(client: Client, tenant: string, statement: GuardedStatement): Promise<Touched[] | null> {
  if (statement.first) await run(client, tenant, statement.first);
  const { rows, rowCount } = await run(client, tenant, statement);
  if ((rowCount ?? 0) < statement.expects) return null;
  if (statement.ends && rows.length > 0) {
    const sessionIds = rows.map((row) => row.id);
    await run(client, tenant, endGrants(statement.ends, sessionIds));
  }
  return rows;
}

/** No token outlives the limits that its session had when it was given, and of a suspended tenant everybody has heard: of these nobody needs to. */
const heardOfAnyway: ReadonlySet<EndReason> = new Set([
  'idle-expired',
  'absolute-expired',
  'tenant-suspended',
]);

function toldBy({ ends, tells }: GuardedStatement, rows: readonly Touched[]): readonly Told[] {
  const ids = rows.map(({ id }) => id);
  if (tells) return tells(ids);
  if (!ends) return [];
  const unheard = heardOfAnyway.has(ends.reason) ? rows.filter((row) => row.is_outlived) : rows;
  return unheard.map(({ id: sid }) => ({ type: 'session-ended', sid, reason: ends.reason }));
}

function endedEvents(ends: Ending, rows: readonly Touched[], uuid: () => string): AuditEvent[] {
  return rows.map((row) => ({
    id: uuid(),
    at: ends.at,
    type: 'session.ended',
    actor: ends.by.actor,
    origin: ends.by.origin,
    reason: ends.reason,
    sessionId: row.id as SessionId, // these rows are sessions
    userId: row.user_id,
    deviceId: row.device_id,
    ...(ends.details ? { details: ends.details(row.id) } : {}),
  }));
}

function run(client: Client, tenant: string, { name, text, values }: Statement) {
  return client.query<Touched>({ name, text, values: [tenant, ...values] });
}
