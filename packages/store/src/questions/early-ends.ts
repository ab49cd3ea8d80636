import type { Instant, SessionId, TenantId } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import type { ExpiredSession } from './expired-sessions.ts';

/**
 * Sessions that have ended by limits that tokens of theirs do not know of. Those that moved on are noted for later, and
 * those that no token outlives any more are forgotten; a session that is named is named again until it has ended.
 */
export async function dueEarlyEnds(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<ExpiredSession[]> {
  const { rows } = await pool.query<Row>({
    name: 'due-early-ends',
    text: `
      WITH due AS MATERIALIZED (
        SELECT e.tenant_id, e.session_id, e.outlived_until, s.idle_expires_at, s.absolute_expires_at,
          s.state = 'ended' OR e.outlived_until <= $1 OR s.idle_expires_at >= e.outlived_until AS is_settled
        FROM early_ends e JOIN sessions s ON s.tenant_id = e.tenant_id AND s.id = e.session_id
        WHERE e.due_at <= $1 ORDER BY e.due_at LIMIT $2 FOR UPDATE OF e SKIP LOCKED
      ), forgotten AS (
        DELETE FROM early_ends e USING due d
        WHERE e.tenant_id = d.tenant_id AND e.session_id = d.session_id AND d.is_settled
      ), moved AS (
        UPDATE early_ends e SET due_at = d.idle_expires_at FROM due d
        WHERE e.tenant_id = d.tenant_id AND e.session_id = d.session_id AND NOT d.is_settled AND d.idle_expires_at > $1
      )
      SELECT tenant_id, session_id, absolute_expires_at <= $1 AS is_absolute FROM due
      WHERE NOT is_settled AND idle_expires_at <= $1`,
    values: [timestamp(now), limit],
  });
  return rows.map((row) => ({
    tenant: row.tenant_id as TenantId,
    sessionId: row.session_id as SessionId,
    isAbsolute: row.is_absolute,
  }));
}
