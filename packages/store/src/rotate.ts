import type { Rotation } from '@argus/core';
import { type Batcher, createBatcher } from './postgres/batch.ts';
import { type Pool, timestamp } from './postgres/pool.ts';

/**
 * The hot statement: up to 32 rotations, each with its own guard and its own outcome.
 * A rotation needs the grant at its generation and active, the session active and within both limits, the user
 * and its tenant active and the policy unchanged. It moves the session's activity and writes its audit event in the same breath.
 * Sessions are locked in id order before grants, like everywhere else.
 */
const text = `
  WITH asked AS (
    SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::int[], $5::int[], $6::timestamptz[], $7::timestamptz[],
      $8::timestamptz[], $9::timestamptz[], $10::inet[], $11::text[], $12::uuid[], $13::uuid[], $14::uuid[])
      AS a (tenant_id, grant_id, session_id, generation, policy_version, at, expires_at, last_active_at,
        idle_expires_at, ip, user_agent, event_id, user_id, device_id)
  ), held AS MATERIALIZED (
    SELECT a.*, s.last_active_at < a.last_active_at AS is_active
    FROM asked a
    JOIN sessions s ON s.tenant_id = a.tenant_id AND s.id = a.session_id
    JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
    JOIN tenants t ON t.id = a.tenant_id
    WHERE s.state = 'active' AND s.idle_expires_at > a.at AND s.absolute_expires_at > a.at
      AND u.status = 'active' AND t.status = 'active' AND t.policy_version = a.policy_version
    ORDER BY s.tenant_id, s.id
    FOR NO KEY UPDATE OF s
  ), rotated AS (
    UPDATE grants g SET generation = g.generation + 1, rotated_at = h.at, expires_at = h.expires_at,
      rotated_ip = h.ip, rotated_user_agent = h.user_agent
    FROM held h
    WHERE g.tenant_id = h.tenant_id AND g.id = h.grant_id AND g.session_id = h.session_id
      AND g.generation = h.generation AND g.status = 'active' AND g.expires_at > h.at
    RETURNING h.*
  ), moved AS (
    UPDATE sessions s SET last_active_at = r.last_active_at,
      -- Policy may have made the session shorter since it was read.
      idle_expires_at = LEAST(GREATEST(s.idle_expires_at, r.idle_expires_at), s.absolute_expires_at)
    FROM (
      -- Two grants of one session may share this statement; an UPDATE would take either one's row.
      SELECT tenant_id, session_id, max(last_active_at) AS last_active_at, max(idle_expires_at) AS idle_expires_at
      FROM rotated WHERE is_active GROUP BY tenant_id, session_id
    ) r
    WHERE s.tenant_id = r.tenant_id AND s.id = r.session_id
  ), logged AS (
    INSERT INTO audit_events (tenant_id, id, at, type, actor, user_id, session_id, grant_id, device_id, ip, user_agent, details)
    SELECT r.tenant_id, r.event_id, r.at, 'session.refreshed', 'user', r.user_id, r.session_id, r.grant_id, r.device_id,
      r.ip, r.user_agent, jsonb_build_object('generation', r.generation + 1)
    FROM rotated r
  )
  SELECT tenant_id, grant_id FROM rotated`;

/** Rotations as they come; whatever waits while a statement is in flight goes into the next. */
export function rotations(pool: Pool): Batcher<Rotation, boolean> {
  return createBatcher({
    size: 32,
    lanes: 2,
    waiting: 10_000,
    keyOf: (rotation) => `${rotation.tenant}/${rotation.grantId}`,
    run: (asked) => run(pool, asked),
  });
}

async function run(pool: Pool, asked: readonly Rotation[]): Promise<boolean[]> {
  const column = <T>(pick: (rotation: Rotation) => T) => asked.map(pick);
  const { rows } = await pool.query<{ tenant_id: string; grant_id: string }>({
    name: 'rotate-grants',
    text,
    values: [
      column((r) => r.tenant),
      column((r) => r.grantId),
      column((r) => r.sessionId),
      column((r) => r.fromGeneration),
      column((r) => r.policyVersion),
      column((r) => timestamp(r.at)),
      column((r) => timestamp(r.expiresAt)),
      column((r) => timestamp(r.lastActiveAt)),
      column((r) => timestamp(r.idleExpiresAt)),
      column((r) => r.ip),
      column((r) => r.userAgent),
      column((r) => r.eventId),
      column((r) => r.userId),
      column((r) => r.deviceId),
    ],
  });
  const rotated = new Set(rows.map((row) => `${row.tenant_id}/${row.grant_id}`));
  return asked.map((rotation) => rotated.has(`${rotation.tenant}/${rotation.grantId}`));
}
