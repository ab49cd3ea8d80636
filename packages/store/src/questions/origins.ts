import { defaultTenant, type TenantId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';

/**
 * Whether an active client that is served at a host registered this origin: a preflight names no client (Fetch §3.3.3).
 * Without a tenant of its own it is the address of those who have no host.
 */
export async function isRegisteredOrigin(
  pool: Pool,
  origin: string,
  hostTenant: TenantId | null,
): Promise<boolean> {
  const { rows } = await pool.query<{ yes: boolean }>({
    name: 'is-registered-origin',
    text: `
      SELECT EXISTS (
        SELECT FROM clients c WHERE c.status = 'active' AND c.settings -> 'origins' ? $1
          AND CASE WHEN $2::text IS NOT NULL THEN c.tenant_id = $2 ELSE
            c.tenant_id = $3 OR NOT EXISTS (SELECT FROM tenant_hosts h WHERE h.tenant_id = c.tenant_id) END) AS yes`,
    values: [origin, hostTenant, defaultTenant],
  });
  return rows[0]?.yes === true;
}
