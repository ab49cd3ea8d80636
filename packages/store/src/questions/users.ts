import type { Instant, SessionId, TenantId, UserId } from '@argus/contract';
import type { User } from '@argus/core';
import { isRuler } from '../changes/rulers.ts';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { type Row, userColumns, userOf } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf } from './page.ts';

export interface UserRecord {
  readonly user: User;
  readonly liveSessions: number;
  /** Wrong passwords keep the way in by password shut until then; null: it is open. */
  readonly lockedUntil: Instant | null;
}

/** Users of a tenant in order of creation, or the one of an address. */
export async function usersOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & {
    readonly email?: string | undefined;
    readonly userId?: UserId | undefined;
    readonly now: Instant;
  },
): Promise<Page<UserRecord>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT ${userColumns}, (
        SELECT count(*) FROM sessions s
        WHERE s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.state = 'active' AND s.idle_expires_at > $2) AS live, (
        SELECT max(p.locked_until) FROM password_tries p
        WHERE p.tenant_id = u.tenant_id AND p.user_id = u.id AND p.locked_until > $2) AS locked_until
      FROM users u
      WHERE u.tenant_id = $1 AND ($3::text IS NULL OR u.email = $3) AND ($4::uuid IS NULL OR u.id = $4)
        AND ($5::uuid IS NULL OR u.id > $5)
      ORDER BY u.id LIMIT $6`,
    values: [
      tenant,
      timestamp(ask.now),
      ask.email ?? null,
      ask.userId ?? null,
      idCursor(ask.cursor),
      ask.limit + 1,
    ],
  });
  return pageOf(rows, ask.limit, {
    item: (row) => ({ user: userOf(row), liveSessions: row.live, lockedUntil: row.locked_until }),
    cursor: (row) => row.u_id,
  });
}

/** Whether the tenant has an owner or an administrator, be it a disabled one. */
export async function hasAdministrator(pool: Pool, tenant: TenantId): Promise<boolean> {
  const { rows } = await pool.query<Row>({
    text: `SELECT EXISTS (SELECT FROM users WHERE tenant_id = $1 AND ${isRuler}) AS yes`,
    values: [tenant],
  });
  return rows[0]?.yes === true;
}

/** The roles of a user, or of the one of a session; null when there is none. */
export async function rolesOf(
  pool: Pool,
  tenant: TenantId,
  of: { readonly userId: UserId } | { readonly sessionId: SessionId },
): Promise<{ readonly userId: UserId; readonly roles: readonly string[] } | null> {
  const { rows } = await pool.query<{ id: UserId; roles: string[] }>({
    name: 'roles-of',
    text: `
      SELECT id, roles FROM users
      WHERE tenant_id = $1
        AND id = COALESCE($2::uuid, (SELECT s.user_id FROM sessions s WHERE s.tenant_id = $1 AND s.id = $3))`,
    values: [tenant, 'userId' in of ? of.userId : null, 'sessionId' in of ? of.sessionId : null],
  });
  return rows[0] ? { userId: rows[0].id, roles: rows[0].roles } : null;
}

/** Which of these tenants exist. */
export async function knownTenants(pool: Pool, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const { rows } = await pool.query<Row>({
    text: 'SELECT id FROM tenants WHERE id = ANY ($1)',
    values: [ids],
  });
  return new Set(rows.map((row) => row.id));
}
