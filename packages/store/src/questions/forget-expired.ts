import type { Instant } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What has ended by itself, and how long after its end it still means something. */
const ends = [
  // A code that comes again within a day ends what it began (RFC 6749 §4.1.2).
  { table: 'authorization_codes', key: 'tenant_id, code_hash', keptMs: 24 * hourMs },
  // Until then its device hears `expired_token` (RFC 8628 §3.5).
  { table: 'device_authorizations', key: 'tenant_id, device_code_hash', keptMs: hourMs },
  { table: 'pushed_requests', key: 'tenant_id, uri_hash', keptMs: 0 },
  // A node whose clock is behind may still take what a node ahead of it takes for expired.
  { table: 'marks', key: 'tenant_id, use, hash', keptMs: minuteMs },
  { table: 'ended_tokens', key: 'tenant_id, jti', keptMs: minuteMs },
  { table: 'sign_in_progress', key: 'tenant_id, attempt_hash', keptMs: minuteMs },
  { table: 'remembered_devices', key: 'tenant_id, device_id', keptMs: minuteMs },
  // Strangers' tries; those of known devices count until a right one.
  { table: 'password_tries', key: 'tenant_id, user_id, is_known_device', keptMs: minuteMs },
  { table: 'activity_events', key: 'tenant_id, id', keptMs: 0 },
  // What a session did is asked for when something about it was found out later; it ended by its absolute limit.
  { table: 'session_activity', key: 'tenant_id, session_id', keptMs: 7 * 24 * hourMs },
  // Who was invited may still be asked again.
  { table: 'invitations', key: 'tenant_id, id', keptMs: 30 * 24 * hourMs },
  // Whoever opens an old one is told that it was used or has expired either way.
  { table: 'links', key: 'tenant_id, id', keptMs: 24 * hourMs },
] as const;

/**
 * Delete what nobody can use any more, of each kind the `limit` oldest at most; answers how many went. Rows that
 * somebody holds are left for the next time.
 */
export async function forgetExpired(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<number> {
  let forgotten = 0;
  for (const { table, key, keptMs } of ends) {
    const { rowCount } = await pool.query({
      name: `forget-${table}`,
      text: `
        DELETE FROM ${table} WHERE (${key}) IN (
          SELECT ${key} FROM ${table} WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
      values: [timestamp(now - keptMs), limit],
    });
    forgotten += rowCount ?? 0;
  }
  return forgotten + (await forgetDeafDeliveries(pool, limit));
}

/** Deliveries to clients that are gone, disabled or no longer wish to hear; nobody makes these. */
async function forgetDeafDeliveries(pool: Pool, limit: number): Promise<number> {
  const { rowCount } = await pool.query({
    name: 'forget-logout-deliveries',
    text: `
      DELETE FROM logout_deliveries WHERE (tenant_id, session_id, client_id) IN (
        SELECT d.tenant_id, d.session_id, d.client_id FROM logout_deliveries d
        WHERE NOT EXISTS (
          SELECT FROM clients c WHERE c.tenant_id = d.tenant_id AND c.id = d.client_id
            AND c.status = 'active' AND c.backchannel_logout_uri IS NOT NULL)
        LIMIT $1 FOR UPDATE OF d SKIP LOCKED)`,
    values: [limit],
  });
  return rowCount ?? 0;
}
