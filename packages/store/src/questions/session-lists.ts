import type { Instant, SessionId, SessionState, TenantId, UserId } from '@argus/contract';
import type { Device, Session } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { deviceColumns, deviceOf, type Row, sessionColumns, sessionOf } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf, timeCursor } from './page.ts';

export interface SessionRecord {
  readonly session: Session;
  readonly device: Device;
  readonly clients: readonly string[];
  readonly email: string;
  /** The browser of the newer session that this one made room for. */
  readonly madeRoomFor: { readonly userAgent: string | null } | null;
}

const from = `
  SELECT ${sessionColumns}, ${deviceColumns}, u.email, newer.id AS newer_id, newer.user_agent AS newer_user_agent,
    (SELECT array_agg(DISTINCT g.client_id) FROM grants g WHERE g.tenant_id = s.tenant_id AND g.session_id = s.id) AS clients
  FROM sessions s
  JOIN devices d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
  LEFT JOIN sessions newer ON newer.tenant_id = s.tenant_id AND newer.id = s.made_room_for`;

/** One session of a tenant, whatever its state. */
export async function sessionOfTenant(pool: Pool, tenant: TenantId, id: SessionId): Promise<Session | null> {
  const { rows } = await pool.query<Row>({
    name: 'session-of-tenant',
    text: `SELECT ${sessionColumns} FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2`,
    values: [tenant, id],
  });
  return rows[0] ? sessionOf(rows[0]) : null;
}

/** A user's live sessions, most recently active first. */
export async function liveSessionsOfUser(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly userId: UserId; readonly now: Instant },
): Promise<Page<SessionRecord>> {
  const after = timeCursor(ask.cursor);
  const { rows } = await pool.query<Row>({
    name: 'live-sessions-of-user',
    text: `${from}
      WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.state = 'active'
        AND s.idle_expires_at > $3 AND s.absolute_expires_at > $3
        AND ($4::timestamptz IS NULL OR (s.last_active_at, s.id) < ($4, $5::uuid))
      ORDER BY s.last_active_at DESC, s.id DESC LIMIT $6`,
    values: [
      tenant,
      ask.userId,
      timestamp(ask.now),
      timestamp(after?.at ?? null),
      after?.id ?? null,
      ask.limit + 1,
    ],
  });
  return pageOf(rows, ask.limit, { item: recordOf, cursor: (row) => `${row.s_last_active_at}.${row.s_id}` });
}

/** A user's ended sessions, last ended first. */
export async function endedSessionsOfUser(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly userId: UserId },
): Promise<Page<SessionRecord>> {
  const after = timeCursor(ask.cursor);
  const { rows } = await pool.query<Row>({
    name: 'ended-sessions-of-user',
    text: `${from}
      WHERE s.tenant_id = $1 AND s.user_id = $2 AND s.state = 'ended'
        AND ($3::timestamptz IS NULL OR (s.ended_at, s.id) < ($3, $4::uuid))
      ORDER BY s.ended_at DESC, s.id DESC LIMIT $5`,
    values: [tenant, ask.userId, timestamp(after?.at ?? null), after?.id ?? null, ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: recordOf, cursor: (row) => `${row.s_ended_at}.${row.s_id}` });
}

/** Sessions of a tenant, newest first. A session past its limits counts as ended even before the sweep has marked it. */
export async function sessionsOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & {
    readonly state: SessionState;
    readonly userId?: UserId | undefined;
    readonly now: Instant;
  },
): Promise<Page<SessionRecord>> {
  const { rows } = await pool.query<Row>({
    text: `${from}
      WHERE s.tenant_id = $1 AND ($2::uuid IS NULL OR s.user_id = $2)
        AND ${ask.state === 'active' ? "s.state = 'active' AND s.idle_expires_at > $3" : "(s.state = 'ended' OR s.idle_expires_at <= $3)"}
        AND ($4::uuid IS NULL OR s.id < $4)
      ORDER BY s.id DESC LIMIT $5`,
    values: [tenant, ask.userId ?? null, timestamp(ask.now), idCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: recordOf, cursor: (row) => row.s_id });
}

function recordOf(row: Row): SessionRecord {
  const madeRoomFor = row.newer_id === null ? null : { userAgent: row.newer_user_agent };
  const clients = row.clients ?? [];
  return { session: sessionOf(row), device: deviceOf(row), clients, email: row.email, madeRoomFor };
}
