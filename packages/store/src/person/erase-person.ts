import type { Instant, TenantId, UserId } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import { insertEvents } from '../changes/audit.ts';
import { tenantTables } from '../erase-tenant.ts';
import { retryingConflicts } from '../postgres/conflict.ts';
import { type Client, type Pool, timestamp } from '../postgres/pool.ts';
import { inTransaction } from '../postgres/transaction.ts';
import { personTables } from './person-tables.ts';

export interface ErasingPerson {
  readonly tenant: TenantId;
  readonly userId: UserId;
  /** Rows at most in one piece. */
  readonly limit: number;
  /** What the log says at the end; the pseudonym is put into it. */
  readonly epitaph: AuditEvent;
}

export interface TakingErasures {
  readonly now: Instant;
  readonly patientSince: Instant;
  readonly limit: number;
}

/**
 * Who is being erased and whose erasure can go on. What tells applications that sessions ended, and the person that they
 * go, needs the rows that it is about, so it goes first, for as long as `patientSince` says. Whoever was tried longest
 * ago comes next, so that those whose erasure fails each time keep nobody else waiting.
 */
export async function takeErasures(
  pool: Pool,
  { now, patientSince, limit }: TakingErasures,
): Promise<readonly Pick<ErasingPerson, 'tenant' | 'userId'>[]> {
  const { rows } = await pool.query<{ tenant: TenantId; userId: UserId }>({
    name: 'take-erasures',
    text: `
      WITH due AS (
        SELECT e.tenant_id, e.user_id FROM erasures e
        WHERE e.begun_at <= $1 OR (
          NOT EXISTS (SELECT FROM mails m WHERE m.tenant_id = e.tenant_id AND m.user_id = e.user_id)
          AND NOT EXISTS (
            SELECT FROM sessions s JOIN logout_deliveries d ON d.tenant_id = s.tenant_id AND d.session_id = s.id
            WHERE s.tenant_id = e.tenant_id AND s.user_id = e.user_id))
        ORDER BY e.tried_at NULLS FIRST, e.begun_at LIMIT $2
        FOR UPDATE OF e SKIP LOCKED)
      UPDATE erasures e SET tried_at = $3 FROM due d
      WHERE e.tenant_id = d.tenant_id AND e.user_id = d.user_id
      RETURNING e.tenant_id AS tenant, e.user_id AS "userId"`,
    values: [timestamp(patientSince), limit, timestamp(now)],
  });
  return rows;
}

/**
 * Erase a piece of a person, in a transaction of its own, so that whoever stops in between goes on where it was. The
 * audit log comes first, while it can still be told what is theirs, and the person last. Answers whether nothing is left.
 */
export function erasePersonPiece(pool: Pool, erasing: ErasingPerson): Promise<boolean> {
  return retryingConflicts(() => inTransaction(pool, (client) => erasePiece(client, erasing)));
}

async function erasePiece(client: Client, erasing: ErasingPerson): Promise<boolean> {
  const { tenant, userId, limit } = erasing;
  // The trigger of the audit log lets lines of this person become pseudonymous, in this transaction alone.
  await client.query("SELECT set_config('argus.erasing_person', $1, true)", [`${tenant} ${userId}`]);
  // One node at a time takes a piece, and nobody adds anything meanwhile that points to the person.
  const { rows } = await client.query<{ key: Buffer }>(
    `SELECT e.key FROM erasures e JOIN users u ON u.tenant_id = e.tenant_id AND u.id = e.user_id
     WHERE e.tenant_id = $1 AND e.user_id = $2 FOR UPDATE SKIP LOCKED`,
    [tenant, userId],
  );
  const key = rows[0]?.key;
  if (!key) return true;
  let left = limit;
  for (const whose of linesOf) {
    left -= await pseudonymise(client, erasing, { whose, key, limit: left });
    if (left <= 0) return false;
  }
  for (const { table, whose } of deletions) {
    const { rowCount } = await client.query(
      `DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
         SELECT ctid FROM ${table} WHERE tenant_id = $1 AND ${whose} LIMIT $3))`,
      [tenant, userId, left],
    );
    left -= rowCount ?? 0;
    if (left <= 0) return false;
  }
  await eraseLast(client, erasing, key);
  return true;
}

/** The lines of the log that name a person, each by an index: of their sessions, about them, by them, and of others. */
const linesOf = [
  'session_id IN (SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2)',
  "user_id = $2 AND type <> 'session.refreshed'",
  "actor = 'administrator:' || $2::uuid AND actor LIKE 'administrator:%'",
  `coalesce(details ->> 'targetId', details ->> 'startedBy') IN ($2::uuid::text, 'administrator:' || $2::uuid)
    AND details ?| '{targetId,startedBy}'::text[]`,
] as const;

async function pseudonymise(
  client: Client,
  { tenant, userId }: ErasingPerson,
  { whose, key, limit }: { readonly whose: string; readonly key: Buffer; readonly limit: number },
): Promise<number> {
  const { rowCount } = await client.query(
    `UPDATE audit_events e
     SET (actor, user_id, session_id, grant_id, device_id, ip, user_agent, details) = (
       SELECT p.actor, p.user_id, p.session_id, p.grant_id, p.device_id, p.ip, p.user_agent, p.details
       FROM pseudonymised(e, $2, $4) p)
     WHERE e.ctid = ANY (ARRAY(SELECT ctid FROM audit_events WHERE tenant_id = $1 AND ${whose} LIMIT $3))`,
    [tenant, userId, limit, key],
  );
  return rowCount ?? 0;
}

/** Each table before those that it points to. */
const deletions = tenantTables.flatMap((table) => {
  const { deleted: whose } = { deleted: undefined, ...personTables[table] };
  return whose === undefined ? [] : [{ table, whose }];
});

/** Where it stands which administrator did something. */
const authored = [
  ['policies', 'author'],
  ['recoveries', 'started_by'],
  ['invitations', 'invited_by'],
  ['imports', 'started_by'],
] as const;

async function eraseLast(
  client: Client,
  { tenant, userId, epitaph }: ErasingPerson,
  key: Buffer,
): Promise<void> {
  const byThem = "'administrator:' || $2::uuid";
  const byNobody = "'administrator:' || pseudonym($3, $2)";
  const named = [tenant, userId, key];
  for (const [table, author] of authored)
    await client.query(
      `UPDATE ${table} SET ${author} = ${byNobody} WHERE tenant_id = $1 AND ${author} = ${byThem}`,
      named,
    );
  // No id at all would be the operator's, whose key opens everything; nobody is anybody who may give nothing.
  await client.query(
    'UPDATE imports SET asker_id = pseudonym($3, $2) WHERE tenant_id = $1 AND asker_id = $2',
    named,
  );
  // The same of links, which open nothing of administration once nobody knows who asked.
  await client.query(
    `UPDATE links SET details = details - 'invitedBy' WHERE tenant_id = $1 AND details ->> 'invitedBy' = ${byThem}`,
    [tenant, userId],
  );
  const { rows } = await client.query<{ pseudonym: UserId }>(
    'DELETE FROM erasures WHERE tenant_id = $1 AND user_id = $2 RETURNING pseudonym(key, user_id) AS pseudonym',
    [tenant, userId],
  );
  await client.query('DELETE FROM users WHERE tenant_id = $1 AND id = $2', [tenant, userId]);
  await insertEvents(client, tenant, [{ ...epitaph, userId: rows[0]?.pseudonym }]);
}
