import type { ActivityCounts, Instant, ServiceId, SessionId, TenantId } from '@argus/contract';
import type { ActivityEvent, LiveLifetime, Session, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';

/** The limits of a session, and of whom policy asks. */
export interface KeptLifetime extends LiveLifetime {
  readonly createdAt: Instant;
  readonly deviceClass: Session['deviceClass'];
  readonly riskLevel: Session['riskLevel'];
  readonly isRemembered: boolean;
  readonly user: Pick<User, 'id' | 'roles' | 'groups'>;
}

/** The limits of those of these sessions that the tenant has; at most 256 are asked for. */
export async function lifetimesOf(
  pool: Pool,
  tenant: TenantId,
  ids: readonly SessionId[],
): Promise<KeptLifetime[]> {
  const { rows } = await pool.query<Row>({
    name: 'lifetimes-of-sessions',
    text: `
      SELECT s.id, s.state, s.created_at, s.last_active_at, s.idle_expires_at, s.absolute_expires_at, s.device_class,
        s.risk_level, s.is_remembered, u.id AS user_id, u.roles, u.groups
      FROM unnest($2::uuid[]) AS asked (id) JOIN sessions s ON s.tenant_id = $1 AND s.id = asked.id
      JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id`,
    values: [tenant, ids],
  });
  return rows.map((row) => ({
    id: row.id,
    state: row.state,
    lastActiveAt: row.last_active_at,
    idleExpiresAt: row.idle_expires_at,
    absoluteExpiresAt: row.absolute_expires_at,
    createdAt: row.created_at,
    deviceClass: row.device_class,
    riskLevel: row.risk_level,
    isRemembered: row.is_remembered,
    user: { id: row.user_id, roles: row.roles, groups: row.groups },
  }));
}

/** What was reported of a session in all. */
export interface SessionActivity extends Omit<ActivityCounts, 'lastAt'> {
  readonly lastAt: Instant;
}

/** Of those of these sessions that anything was reported of. */
export async function activityOf(
  pool: Pool,
  tenant: TenantId,
  ids: readonly SessionId[],
): Promise<Map<SessionId, SessionActivity>> {
  const { rows } = await pool.query<Row>({
    name: 'activity-of-sessions',
    text: `
      SELECT a.session_id, a.requests, a.bytes_out, a.records, a.actions, a.last_at
      FROM unnest($2::uuid[]) AS asked (id) JOIN session_activity a ON a.tenant_id = $1 AND a.session_id = asked.id`,
    values: [tenant, ids],
  });
  return new Map(
    rows.map((row) => [
      row.session_id,
      {
        requests: row.requests,
        bytesOut: row.bytes_out,
        records: row.records,
        actions: row.actions,
        lastAt: row.last_at,
      },
    ]),
  );
}

/** An event as it was kept. */
export interface ActivityRecord extends ActivityEvent {
  /** Grows, though what overlaps may become visible out of order. */
  readonly id: number;
  readonly serviceId: ServiceId;
  readonly sampled: number;
}

/** What was reported in a tenant after an event, in the order of ids; six hours of it are there. */
export async function activityEventsAfter(
  pool: Pool,
  tenant: TenantId,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<ActivityRecord[]> {
  const { rows } = await pool.query<Row>({
    name: 'activity-events-after',
    text: `
      SELECT id, service_id, session_id, at, route_class, method, status, is_passive, requests, bytes_out, records, actions,
        sampled
      FROM activity_events WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3`,
    values: [tenant, after, limit],
  });
  return rows.map((row) => ({
    id: row.id,
    serviceId: row.service_id,
    sessionId: row.session_id,
    at: row.at,
    routeClass: row.route_class,
    method: row.method,
    status: row.status,
    isPassive: row.is_passive,
    requests: row.requests,
    bytesOut: row.bytes_out,
    records: row.records,
    actions: row.actions ?? [],
    sampled: row.sampled,
  }));
}
