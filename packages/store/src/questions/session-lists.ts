import type { DeviceId, Instant, SessionId, SessionState, TenantId, UserId } from '@argus/contract';
import type { Device, Session } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { deviceColumns, deviceOf, type Row, sessionColumns, sessionOf } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf, timeCursor } from './page.ts';

export interface SessionRecord {
  readonly session: Session;
  readonly device: Device;
  readonly clients: readonly string[];
  readonly email: string;
}

const from = `
  SELECT ${sessionColumns}, ${deviceColumns}, u.email,
    (SELECT array_agg(DISTINCT g.client_id) FROM grants g WHERE g.tenant_id = s.tenant_id AND g.session_id = s.id) AS clients
  FROM sessions s
  JOIN devices d ON d.tenant_id = s.tenant_id AND d.id = s.device_id
  JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id`;

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

/** A place in the order of all live sessions. */
export interface SweepPlace {
  readonly tenant: string;
  readonly sessionId: string;
}

export interface Swept {
  readonly expired: readonly ExpiredSession[];
  /** Where the next look begins; null when every live session was seen. */
  readonly next: SweepPlace | null;
}

/**
 * Look at the next `width` live sessions and name those whose limits have passed. An index on the limits would find
 * them at once, but would also have to be written at every refresh; walking costs the same however many there are.
 */
export async function sweepSessions(
  pool: Pool,
  ask: { readonly now: Instant; readonly after: SweepPlace | null; readonly width: number },
): Promise<Swept> {
  const { rows } = await pool.query<Row>({
    name: 'sweep-sessions',
    text: `
      WITH seen AS (
        SELECT tenant_id, id, user_id, device_id, idle_expires_at, absolute_expires_at FROM sessions
        WHERE state = 'active' AND (tenant_id, id) > ($2, $3::uuid) ORDER BY tenant_id, id LIMIT $4
      ), last AS (
        SELECT tenant_id, id FROM seen ORDER BY tenant_id DESC, id DESC LIMIT 1
      )
      SELECT last.tenant_id AS last_tenant_id, last.id AS last_id, (SELECT count(*) FROM seen) AS width,
        seen.tenant_id, seen.id, seen.user_id, seen.device_id, seen.absolute_expires_at <= $1 AS is_absolute
      FROM last LEFT JOIN seen ON seen.idle_expires_at <= $1`,
    values: [timestamp(ask.now), ask.after?.tenant ?? '', ask.after?.sessionId ?? nil, ask.width],
  });
  const [first] = rows;
  return {
    expired: rows.filter((row) => row.id !== null).map(expiredOf),
    next:
      first && first.width === ask.width ? { tenant: first.last_tenant_id, sessionId: first.last_id } : null,
  };
}

const nil = '00000000-0000-0000-0000-000000000000';

function expiredOf(row: Row): ExpiredSession {
  return {
    tenant: row.tenant_id,
    sessionId: row.id,
    userId: row.user_id,
    deviceId: row.device_id,
    isAbsolute: row.is_absolute,
  };
}

export interface ExpiredSession {
  readonly tenant: TenantId;
  readonly sessionId: SessionId;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
  readonly isAbsolute: boolean;
}

function recordOf(row: Row): SessionRecord {
  return { session: sessionOf(row), device: deviceOf(row), clients: row.clients ?? [], email: row.email };
}
