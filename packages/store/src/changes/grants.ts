import type { Told } from '@argus/contract';
import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Ending, Statement, Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

/**
 * The grants of sessions that just ended, and a delivery for each client that wants to hear of it (OIDC Back-Channel
 * Logout §2.3): a statement of its own, so that it sees a grant that was born meanwhile. A client whose grant had ended
 * before may still hold a session of its own, so it hears too.
 */
export function endGrants(ending: Ending, sessionIds: readonly string[]): Statement {
  const [only, ...more] = sessionIds;
  const values = [timestamp(ending.at), ending.reason];
  // Nearly always it is one, and only for one PostgreSQL keeps its plan: a list would be planned anew each time.
  return only !== undefined && more.length === 0
    ? { name: 'end-grants-of-session', text: endedAre('= $4'), values: [...values, only] }
    : {
        name: 'end-grants-of-sessions',
        text: endedAre('= ANY ($4::uuid[])'),
        values: [...values, sessionIds],
      };
}

// The client is looked up by its key, grant by grant: a join of young tables could walk all clients of the tenant.
const endedAre = (sessions: string) => `
  WITH told AS (
    INSERT INTO logout_deliveries (tenant_id, session_id, client_id, due_at)
    SELECT DISTINCT g.tenant_id, g.session_id, g.client_id, $2::timestamptz FROM grants g
    WHERE g.tenant_id = $1 AND g.session_id ${sessions} AND g.client_id <> 'argus' AND (
      SELECT c.backchannel_logout_uri FROM clients c
      WHERE c.tenant_id = g.tenant_id AND c.id = g.client_id AND c.status = 'active') IS NOT NULL
    ON CONFLICT DO NOTHING
  )
  UPDATE grants SET status = 'ended', ended_at = $2, end_reason = $3
  WHERE tenant_id = $1 AND status = 'active' AND session_id ${sessions}`;

export function endedGrants(ids: readonly string[]): readonly Told[] {
  return ids.map((gid) => ({ type: 'grant-ended', gid }));
}

export const createGrant: Write<Of<'create-grant'>> = ({ grant }) => ({
  name: 'create-grant',
  text: `
    WITH held AS (
      SELECT s.id FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      JOIN tenants t ON t.id = s.tenant_id
      WHERE s.tenant_id = $1 AND s.id = $3 AND s.state = 'active' AND u.status = 'active' AND t.status = 'active'
      FOR SHARE OF u, s
    )
    INSERT INTO grants (tenant_id, id, session_id, client_id, status, generation, secret, scope, resources, jkt,
      created_at, rotated_at, expires_at, rotated_ip, rotated_user_agent)
    SELECT $1, $2, held.id, $4, 'active', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 FROM held`,
  values: [
    grant.id,
    grant.sessionId,
    grant.clientId,
    grant.generation,
    grant.secret,
    grant.scope,
    grant.resources,
    grant.jkt,
    timestamp(grant.createdAt),
    timestamp(grant.rotatedAt),
    timestamp(grant.expiresAt),
    grant.rotatedIp,
    grant.rotatedUserAgent,
  ],
  expects: 1,
});

// What a rotation does, but the generation stays: FAPI 2.0 §5.3.2.1 forbids routine rotation of bound tokens.
export const renewGrant: Write<Of<'renew-grant'>> = ({ renewal }) => ({
  name: 'renew-grant',
  text: `
    WITH held AS MATERIALIZED (
      SELECT s.id, s.last_active_at < $8 AS is_active
      FROM sessions s
      JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      JOIN tenants t ON t.id = s.tenant_id
      WHERE s.tenant_id = $1 AND s.id = $3 AND s.state = 'active' AND s.idle_expires_at > $6
        AND s.absolute_expires_at > $6 AND u.status = 'active' AND t.status = 'active' AND t.policy_version = $5
      FOR NO KEY UPDATE OF s
    ), renewed AS (
      UPDATE grants g SET rotated_at = $6, expires_at = $7, rotated_ip = $10, rotated_user_agent = $11
      FROM held
      WHERE g.tenant_id = $1 AND g.id = $2 AND g.session_id = held.id AND g.generation = $4
        AND g.status = 'active' AND g.expires_at > $6
      RETURNING g.id, held.is_active
    ), moved AS (
      UPDATE sessions s SET last_active_at = $8,
        idle_expires_at = LEAST(GREATEST(s.idle_expires_at, $9), s.absolute_expires_at)
      FROM renewed WHERE s.tenant_id = $1 AND s.id = $3 AND renewed.is_active
    )
    SELECT id FROM renewed`,
  values: [
    renewal.grantId,
    renewal.sessionId,
    renewal.fromGeneration,
    renewal.policyVersion,
    timestamp(renewal.at),
    timestamp(renewal.expiresAt),
    timestamp(renewal.lastActiveAt),
    timestamp(renewal.idleExpiresAt),
    renewal.ip,
    renewal.userAgent,
  ],
  expects: 1,
});

// The session is held before its grant, so that whatever else the commit does follows the order of locks.
export const endGrant: Write<Of<'end-grant'>> = (change) => ({
  name: 'end-grant',
  text: `
    WITH held AS MATERIALIZED (
      SELECT g.id FROM grants g JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id
      WHERE g.tenant_id = $1 AND g.id = $2 FOR NO KEY UPDATE OF s
    )
    UPDATE grants g SET status = 'ended', ended_at = $3, end_reason = $4 FROM held
    WHERE g.tenant_id = $1 AND g.id = held.id AND g.status = 'active' RETURNING g.id`,
  values: [change.grantId, timestamp(change.at), change.reason],
  expects: change.orAlreadyEnded ? 0 : 1,
  tells: endedGrants,
});
