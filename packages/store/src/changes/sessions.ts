import type { Change } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { shareTenant } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// The order of locks is client, user, what proves who the user is, session, grant, everywhere: whoever follows it cannot
// deadlock with another.

export const createSession: Write<Of<'create-session'>> = ({
  session,
  policyVersion,
  methods,
  authenticationIds,
}) => ({
  first: shareTenant,
  name: 'create-session',
  text: `
    WITH holder AS (
      SELECT u.id FROM users u JOIN tenants t ON t.id = u.tenant_id
      WHERE u.tenant_id = $1 AND u.id = $3 AND u.status = 'active' AND t.status = 'active'
        AND ($19::int IS NULL OR t.policy_version = $19)
    ), born AS (
      INSERT INTO sessions (tenant_id, id, user_id, device_id, state, amr, acr, authenticated_at, created_at,
        last_active_at, idle_expires_at, absolute_expires_at, ip, user_agent, device_class, risk_level, is_remembered)
      SELECT $1, $2, holder.id, $4, 'active', $5, $6, $7, $8, $9, $10, $11, $12, $13, $16, $17, $18 FROM holder
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
    session.deviceClass,
    session.riskLevel,
    session.isRemembered,
    policyVersion ?? null,
  ],
  expects: 1,
});

export const holdSession: Write<Of<'hold-session'>> = ({ userId, sessionId }) => ({
  name: 'hold-session',
  text: `SELECT id FROM sessions WHERE tenant_id = $1 AND id = $3 AND user_id = $2 AND state = 'active' FOR NO KEY UPDATE`,
  values: [userId, sessionId],
  expects: 1,
});

export const raiseSession: Write<Of<'raise-session'>> = (change) => ({
  name: 'raise-session',
  text: `
    WITH raised AS (
      UPDATE sessions s SET amr = $4, acr = $5, authenticated_at = $6
      FROM users u JOIN tenants t ON t.id = u.tenant_id
      WHERE s.tenant_id = $1 AND s.id = $2 AND s.user_id = $3 AND s.state = 'active'
        AND u.tenant_id = $1 AND u.id = s.user_id AND u.status = 'active' AND t.status = 'active'
      RETURNING s.id
    ), proved AS (
      INSERT INTO authentications (tenant_id, id, session_id, method, proved_at)
      SELECT $1, a.id, raised.id, a.method, $6 FROM unnest($7::uuid[], $8::text[]) AS a (id, method), raised
    )
    SELECT id FROM raised`,
  values: [
    change.sessionId,
    change.userId,
    change.amr,
    change.acr,
    timestamp(change.authenticatedAt),
    change.authenticationIds,
    change.methods,
  ],
  expects: 1,
});

export const endSession: Write<Of<'end-session'>> = (change) => ({
  name: 'end-session',
  text: `
    UPDATE sessions SET state = 'ended', ended_at = $3, end_reason = $4
    WHERE tenant_id = $1 AND id = $2 AND state = 'active' AND ($5::uuid IS NULL OR user_id = $5)
      AND (NOT $6::boolean OR idle_expires_at <= $3)
    RETURNING id, user_id, device_id, EXISTS (
      SELECT FROM early_ends e
      WHERE e.tenant_id = sessions.tenant_id AND e.session_id = sessions.id AND e.outlived_until > $3) AS is_outlived`,
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
