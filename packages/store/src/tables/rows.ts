import type { Device, Grant, Link, Session, User } from '@argus/core';

/** Column lists under prefixes, so that one joined row can hold several things; the mappers undo it. */
export const userColumns = columnsOf('u', [
  'id',
  'tenant_id',
  'email',
  'name',
  'roles',
  'groups',
  'status',
  'created_at',
  'email_verified_at',
]);
/**
 * The same, of a user as a decision must see one: in a tenant that is not active (`t`), everybody is as if disabled.
 */
export const standingColumns = userColumns.replace(
  'u.status AS u_status',
  "CASE WHEN t.status = 'active' THEN u.status ELSE 'disabled' END AS u_status",
);
export const deviceColumns = columnsOf('d', [
  'id',
  'user_id',
  'secret_hash',
  'user_agent',
  'first_seen_at',
  'last_seen_at',
]);
export const sessionColumns = columnsOf('s', [
  'id',
  'user_id',
  'device_id',
  'state',
  'amr',
  'acr',
  'authenticated_at',
  'created_at',
  'last_active_at',
  'idle_expires_at',
  'absolute_expires_at',
  'ip',
  'user_agent',
  'device_class',
  'risk_level',
  'is_remembered',
  'ended_at',
  'end_reason',
]);
export const grantColumns = columnsOf('g', [
  'id',
  'session_id',
  'client_id',
  'status',
  'generation',
  'secret',
  'scope',
  'resources',
  'jkt',
  'created_at',
  'rotated_at',
  'expires_at',
  'rotated_ip',
  'rotated_user_agent',
]);
export const linkColumns = columnsOf('l', [
  'id',
  'token_hash',
  'kind',
  'user_id',
  'details',
  'created_at',
  'expires_at',
  'consumed_at',
]);

/** A row of the database; the schema's CHECK constraints are what makes the casts below true. */
// biome-ignore lint/suspicious/noExplicitAny: columns are typed by the schema, which TypeScript cannot see
export type Row = Record<string, any>;

export function userOf(row: Row): User {
  return {
    id: row.u_id,
    tenant: row.u_tenant_id,
    email: row.u_email,
    name: row.u_name,
    roles: row.u_roles,
    groups: row.u_groups,
    status: row.u_status,
    createdAt: row.u_created_at,
    emailVerifiedAt: row.u_email_verified_at,
  };
}

export function deviceOf(row: Row): Device {
  return {
    id: row.d_id,
    userId: row.d_user_id,
    secretHash: row.d_secret_hash,
    userAgent: row.d_user_agent,
    firstSeenAt: row.d_first_seen_at,
    lastSeenAt: row.d_last_seen_at,
  };
}

export function sessionOf(row: Row): Session {
  return {
    id: row.s_id,
    userId: row.s_user_id,
    deviceId: row.s_device_id,
    state: row.s_state,
    amr: row.s_amr,
    acr: row.s_acr,
    authenticatedAt: row.s_authenticated_at,
    createdAt: row.s_created_at,
    lastActiveAt: row.s_last_active_at,
    idleExpiresAt: row.s_idle_expires_at,
    absoluteExpiresAt: row.s_absolute_expires_at,
    ip: row.s_ip,
    userAgent: row.s_user_agent,
    deviceClass: row.s_device_class,
    riskLevel: row.s_risk_level,
    isRemembered: row.s_is_remembered,
    endedAt: row.s_ended_at,
    endReason: row.s_end_reason,
  };
}

export function grantOf(row: Row): Grant {
  return {
    id: row.g_id,
    sessionId: row.g_session_id,
    clientId: row.g_client_id,
    status: row.g_status,
    generation: row.g_generation,
    secret: row.g_secret,
    scope: row.g_scope,
    resources: row.g_resources,
    jkt: row.g_jkt,
    createdAt: row.g_created_at,
    rotatedAt: row.g_rotated_at,
    expiresAt: row.g_expires_at,
    rotatedIp: row.g_rotated_ip,
    rotatedUserAgent: row.g_rotated_user_agent,
  };
}

export function linkOf(row: Row): Link {
  return {
    id: row.l_id,
    tokenHash: row.l_token_hash,
    kind: row.l_kind,
    userId: row.l_user_id,
    details: row.l_details,
    createdAt: row.l_created_at,
    expiresAt: row.l_expires_at,
    consumedAt: row.l_consumed_at,
  };
}

/** Columns under a prefix, for joins of several things into one row. */
export function columnsOf(prefix: string, columns: readonly string[]): string {
  return columns.map((column) => `${prefix}.${column} AS ${prefix}_${column}`).join(', ');
}
