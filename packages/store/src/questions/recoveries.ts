import type { Instant, TenantId, UserId } from '@argus/contract';
import type { Recovery } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { recoveryOf } from '../tables/authenticator-rows.ts';
import type { Row } from '../tables/rows.ts';

/** The recovery that is under way for a person. */
export async function recoveryOfUser(pool: Pool, tenant: TenantId, userId: UserId): Promise<Recovery | null> {
  const { rows } = await pool.query<Row>({
    text: 'SELECT * FROM recoveries WHERE tenant_id = $1 AND user_id = $2',
    values: [tenant, userId],
  });
  return rows[0] ? recoveryOf(rows[0]) : null;
}

/** Recoveries of all tenants whose time has come, the longest due first. */
export async function dueRecoveries(
  pool: Pool,
  { now, limit }: { readonly now: Instant; readonly limit: number },
): Promise<readonly (Recovery & { readonly tenant: TenantId })[]> {
  const { rows } = await pool.query<Row>({
    text: 'SELECT * FROM recoveries WHERE due_at <= $1 ORDER BY due_at LIMIT $2',
    values: [timestamp(now), limit],
  });
  return rows.map((row) => ({ ...recoveryOf(row), tenant: row.tenant_id }));
}
