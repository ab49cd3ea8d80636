import type { Instant, TenantId } from '@argus/contract';
import type { LogoutDelivery } from '@argus/core';
import { deliveryId } from '../changes/logout-deliveries.ts';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';

/** A delivery with where it goes. */
export interface TakenDelivery extends LogoutDelivery {
  readonly tenant: TenantId;
  readonly uri: string;
}

/** Longer than any delivery takes; whoever took it and died gives it back by this. */
const leaseSeconds = 60;

/** Of what is due longest, among so many the clients take turns. */
const queue = 5_000;

/**
 * Take what is due, of all tenants: of each client the longest due, then of each the next, so that one for which
 * thousands wait and which never answers does not keep the others from being heard. Two that ask at once never get the same: what one locks, the other
 * passes over, and what one has taken is not due until its lease is over. What waits for a client that no longer hears is taken
 * too and not answered, so that it cannot stand in the way; `forgetExpired` clears it away.
 */
export async function takeLogoutDeliveries(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<readonly TakenDelivery[]> {
  const { rows } = await pool.query<Row>({
    name: 'take-logout-deliveries',
    text: `
      WITH oldest AS MATERIALIZED (
        SELECT tenant_id, session_id, client_id, due_at FROM logout_deliveries
        WHERE due_at <= $1 ORDER BY due_at LIMIT ${queue}
      ), turns AS MATERIALIZED (
        SELECT *, row_number() OVER (PARTITION BY tenant_id, client_id ORDER BY due_at) AS turn FROM oldest
      ), due AS MATERIALIZED (
        SELECT d.tenant_id, d.session_id, d.client_id
        FROM turns t JOIN logout_deliveries d USING (tenant_id, session_id, client_id)
        WHERE d.due_at <= $1 ORDER BY t.turn, t.due_at LIMIT $2 FOR NO KEY UPDATE OF d SKIP LOCKED
      ), taken AS (
        UPDATE logout_deliveries d SET attempts = d.attempts + 1, due_at = $3 FROM due
        WHERE d.tenant_id = due.tenant_id AND d.session_id = due.session_id AND d.client_id = due.client_id
        RETURNING d.*
      )
      SELECT t.*, c.backchannel_logout_uri, s.user_id, s.ended_at FROM taken t
      JOIN clients c ON c.tenant_id = t.tenant_id AND c.id = t.client_id
      JOIN sessions s ON s.tenant_id = t.tenant_id AND s.id = t.session_id
      WHERE c.status = 'active' AND c.backchannel_logout_uri IS NOT NULL`,
    values: [timestamp(now), limit, timestamp(now + leaseSeconds * 1000)],
  });
  return rows.map(takenOf);
}

function takenOf(row: Row): TakenDelivery {
  return {
    id: deliveryId(row.session_id, row.client_id),
    tenant: row.tenant_id,
    clientId: row.client_id,
    userId: row.user_id,
    sessionId: row.session_id,
    createdAt: row.ended_at,
    attempts: row.attempts,
    dueAt: row.due_at,
    uri: row.backchannel_logout_uri,
  };
}
