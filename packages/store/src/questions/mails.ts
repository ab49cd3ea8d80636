import type { Instant, TenantId } from '@argus/contract';
import type { Mail } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';

/** A mail that somebody is now to send. */
export interface TakenMail extends Mail {
  readonly tenant: TenantId;
  /** With this one. */
  readonly attempts: number;
}

/** Longer than any try takes; whoever took it and died gives it back by this. */
const leaseSeconds = 60;

/** Of what is due longest, among so many the tenants take turns. */
const queue = 5_000;

/**
 * Take what is due, of all tenants: of each the longest due, then of each the next, so that one that sends thousands
 * does not keep the mail of the others. Two that ask at once never get the same: what one locks, the other passes over,
 * and what one has taken is not due until its lease is over.
 */
export async function takeMails(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<readonly TakenMail[]> {
  const { rows } = await pool.query<Row>({
    name: 'take-mails',
    text: `
      WITH oldest AS MATERIALIZED (
        SELECT tenant_id, id, due_at FROM mails WHERE due_at <= $1 ORDER BY due_at LIMIT ${queue}
      ), turns AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY tenant_id ORDER BY due_at, id) AS turn FROM oldest
      ), due AS MATERIALIZED (
        SELECT m.tenant_id, m.id FROM turns t JOIN mails m USING (tenant_id, id)
        WHERE m.due_at <= $1 ORDER BY t.turn, t.due_at LIMIT $2 FOR NO KEY UPDATE OF m SKIP LOCKED
      )
      UPDATE mails m SET attempts = m.attempts + 1, due_at = $3 FROM due
      WHERE m.tenant_id = due.tenant_id AND m.id = due.id
      RETURNING m.*`,
    values: [timestamp(now), limit, timestamp(now + leaseSeconds * 1000)],
  });
  return rows.map(takenOf);
}

function takenOf(row: Row): TakenMail {
  return {
    id: row.id,
    tenant: row.tenant_id,
    userId: row.user_id,
    kind: row.kind,
    sealed: row.sealed,
    attempts: row.attempts,
    createdAt: row.created_at,
  };
}
