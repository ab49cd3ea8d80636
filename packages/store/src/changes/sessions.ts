import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import type { Ending, Statement, Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The order of locks is user, session, grant, everywhere: whoever follows it cannot deadlock with another.

/** The grants of sessions that just ended: a statement of its own, so that it sees one that was born meanwhile. */
export function endGrants(ending: Ending, sessionIds: readonly string[]): Statement {
  return {
    name: 'end-grants',
    text: `
      UPDATE grants SET status = 'ended', ended_at = $2, end_reason = $3
      WHERE tenant_id = $1 AND status = 'active' AND session_id = ANY ($4::uuid[])`,
    values: [timestamp(ending.at), ending.reason, sessionIds],
  };
}

export const createSession: Write<Of<'create-session'>> = ({ session, methods, authenticationIds }) => ({
  name: 'create-session',
  text: `
    WITH holder AS (
      SELECT id FROM users WHERE tenant_id = $1 AND id = $3 AND status = 'active'
    ), born AS (
      INSERT INTO sessions (tenant_id, id, user_id, device_id, state, amr, acr, authenticated_at, created_at,
        last_active_at, idle_expires_at, absolute_expires_at, ip, user_agent)
      SELECT $1, $2, holder.id, $4, 'active', $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM holder
      RETURNING id
    ), proved AS (
      INSERT INTO authentications (tenant_id, id, session_id, method, proved_at)
      SELECT $1, a.id, $2, a.method, $7 FROM unnest($14::uuid[], $15::text[]) AS a (id, method), born
    )
    SELECT id FROM born`,
  values: [
    session.id,
    session.userId,
    session.deviceId,
    session.amr,
    session.acr,
    timestamp(session.authenticatedAt),
    timestamp(session.createdAt),
    timestamp(session.lastActiveAt),
    timestamp(session.idleExpiresAt),
    timestamp(session.absoluteExpiresAt),
    session.ip,
    session.userAgent,
    authenticationIds,
    methods,
  ],
  expects: 1,
});

export const holdSession: Write<Of<'hold-session'>> = ({ userId, sessionId }) => ({
  name: 'hold-session',
  text: `SELECT id FROM sessions WHERE tenant_id = $1 AND id = $3 AND user_id = $2 AND state = 'active' FOR NO KEY UPDATE`,
  values: [userId, sessionId],
  expects: 1,
});

export const createGrant: Write<Of<'create-grant'>> = ({ grant }) => ({
  name: 'create-grant',
  text: `
    WITH held AS (
      SELECT s.id FROM sessions s JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      WHERE s.tenant_id = $1 AND s.id = $3 AND s.state = 'active' AND u.status = 'active' FOR SHARE OF u, s
    )
    INSERT INTO grants (tenant_id, id, session_id, client_id, status, generation, secret, scope, created_at,
      rotated_at, expires_at, rotated_ip, rotated_user_agent)
    SELECT $1, $2, held.id, $4, 'active', $5, $6, $7, $8, $9, $10, $11, $12 FROM held`,
  values: [
    grant.id,
    grant.sessionId,
    grant.clientId,
    grant.generation,
    grant.secret,
    grant.scope,
    timestamp(grant.createdAt),
    timestamp(grant.rotatedAt),
    timestamp(grant.expiresAt),
    grant.rotatedIp,
    grant.rotatedUserAgent,
  ],
  expects: 1,
});

export const endSession: Write<Of<'end-session'>> = (change) => ({
  name: 'end-session',
  text: `
    UPDATE sessions SET state = 'ended', ended_at = $3, end_reason = $4
    WHERE tenant_id = $1 AND id = $2 AND state = 'active' AND ($5::uuid IS NULL OR user_id = $5)
      AND (NOT $6::boolean OR idle_expires_at <= $3) RETURNING id, user_id, device_id`,
  values: [
    change.sessionId,
    timestamp(change.at),
    change.reason,
    change.userId ?? null,
    change.ifExpired ?? false,
  ],
  expects: change.orAlreadyEnded ? 0 : 1,
  ends: change,
});

// The user is held by a statement of its own: a sign-in that commits meanwhile is seen, and its session ends too.
export const endSessionsOfUser: Write<Of<'end-sessions-of-user'>> = (change) => ({
  first: {
    name: 'hold-any-user',
    text: 'SELECT id FROM users WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
    values: [change.userId],
  },
  name: 'end-sessions-of-user',
  text: `
    WITH live AS (
      SELECT s.id FROM sessions s
      WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.state = 'active' AND ($5::uuid IS NULL OR s.id <> $5) ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    UPDATE sessions s SET state = 'ended', ended_at = $3, end_reason = $4 FROM live
    WHERE s.tenant_id = $1 AND s.id = live.id RETURNING s.id, s.user_id, s.device_id`,
  values: [change.userId, timestamp(change.at), change.reason, change.except ?? null],
  expects: 0,
  ends: change,
});

export const limitSessions: Write<Of<'limit-sessions'>> = (change) => ({
  name: 'limit-sessions',
  text: `
    WITH surplus AS (
      SELECT id FROM sessions
      WHERE tenant_id = $1 AND user_id = $2 AND state = 'active' AND idle_expires_at > $3 AND id <> $4
      ORDER BY last_active_at DESC, id DESC OFFSET $5
    ), live AS (
      SELECT s.id FROM sessions s JOIN surplus ON s.id = surplus.id
      WHERE s.tenant_id = $1 AND s.state = 'active' ORDER BY s.id FOR NO KEY UPDATE OF s
    )
    UPDATE sessions s SET state = 'ended', ended_at = $3, end_reason = 'session-limit' FROM live
    WHERE s.tenant_id = $1 AND s.id = live.id RETURNING s.id, s.user_id, s.device_id`,
  values: [change.userId, timestamp(change.at), change.except, Math.max(0, change.keep - 1)],
  expects: 0,
  ends: { ...change, reason: 'session-limit' },
});

export const endGrant: Write<Of<'end-grant'>> = (change) => ({
  name: 'end-grant',
  text: `UPDATE grants SET status = 'ended', ended_at = $3, end_reason = $4 WHERE tenant_id = $1 AND id = $2 AND status = 'active'`,
  values: [change.grantId, timestamp(change.at), change.reason],
  expects: 1,
});
