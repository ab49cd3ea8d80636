import { type Instant, type PresetName, presetNames, type TenantId, type UserId } from '@argus/contract';
import type { User } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { type Row, userColumns, userOf } from '../tables/rows.ts';

/** Tenants whose policy may disable unused accounts: by one of these presets, or by a word of their own. In order of name. */
export async function tenantsDisablingIdle(
  pool: Pool,
  ask: { readonly presets: readonly PresetName[]; readonly after: string; readonly limit: number },
): Promise<readonly TenantId[]> {
  const { rows } = await pool.query<{ id: TenantId }>({
    name: 'tenants-disabling-idle',
    text: `
      SELECT t.id FROM tenants t JOIN policies p ON p.tenant_id = t.id AND p.version = t.policy_version
      WHERE t.status = 'active' AND t.id > $2
        AND (p.document ->> 'preset' = ANY ($1::text[]) OR p.document::text LIKE '%"disableIdleDays"%')
      ORDER BY t.id LIMIT $3`,
    values: [presetNames.filter((name) => ask.presets.includes(name)), ask.after, ask.limit],
  });
  return rows.map(({ id }) => id);
}

export interface IdleUser {
  readonly user: User;
  /** The last activity of any session, or when the account was made or let in again. */
  readonly usedAt: Instant;
}

/** Active users of a tenant whom nobody saw since, in order of creation. */
export async function idleUsers(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly since: Instant; readonly after: UserId | null; readonly limit: number },
): Promise<readonly IdleUser[]> {
  const { rows } = await pool.query<Row>({
    name: 'idle-users',
    text: `
      SELECT ${userColumns}, GREATEST(u.created_at, u.enabled_at, s.active_at) AS used_at
      FROM users u CROSS JOIN LATERAL (
        SELECT max(o.last_active_at) AS active_at FROM sessions o WHERE o.tenant_id = u.tenant_id AND o.user_id = u.id) s
      WHERE u.tenant_id = $1 AND u.status = 'active' AND ($3::uuid IS NULL OR u.id > $3)
        AND GREATEST(u.created_at, u.enabled_at, s.active_at) <= $2
      ORDER BY u.id LIMIT $4`,
    values: [tenant, timestamp(ask.since), ask.after, ask.limit],
  });
  return rows.map((row) => ({ user: userOf(row), usedAt: row.used_at }));
}
