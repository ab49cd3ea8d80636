import type { ClientId, Instant, TenantId } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';

export interface UnusedClient {
  readonly tenant: TenantId;
  readonly clientId: ClientId;
}

/**
 * Clients that registered themselves and that nobody has let in since, the oldest `limit` of any tenant: whoever
 * sweeps them sweeps them all. `remove-client` looks again.
 */
export async function unusedClients(
  pool: Pool,
  { since, limit }: { readonly since: Instant; readonly limit: number },
): Promise<readonly UnusedClient[]> {
  const { rows } = await pool.query<{ tenant_id: TenantId; id: ClientId }>({
    name: 'unused-clients',
    text: `
      SELECT c.tenant_id, c.id FROM clients c
      WHERE c.source = 'registration' AND c.created_at < $1
        AND NOT EXISTS (
          SELECT FROM consents n
          WHERE n.tenant_id = c.tenant_id AND n.client_id = c.id AND n.granted_at >= $1)
        AND NOT EXISTS (
          SELECT FROM grants g
          WHERE g.tenant_id = c.tenant_id AND g.client_id = c.id AND g.status = 'active' AND g.client_id <> 'argus')
      ORDER BY c.created_at LIMIT $2`,
    values: [timestamp(since), limit],
  });
  return rows.map(({ tenant_id: tenant, id: clientId }) => ({ tenant, clientId }));
}
