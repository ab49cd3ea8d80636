import type { TenantId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';

/** What has ids that are unique in the installation. */
export type Owned = 'clients' | 'resources' | 'providers' | 'services';

const questions: { readonly [Table in Owned]: string } = {
  clients: 'SELECT id, tenant_id FROM clients WHERE id = ANY ($1)',
  resources: 'SELECT id, tenant_id FROM resources WHERE id = ANY ($1)',
  providers: 'SELECT id, tenant_id FROM providers WHERE id = ANY ($1)',
  services: 'SELECT id, tenant_id FROM services WHERE id = ANY ($1)',
};

/**
 * Which tenants have these ids. It looks into every tenant, because an id can be had once in the installation; only
 * the operator may be told the answer.
 */
export async function ownersOf(
  pool: Pool,
  table: Owned,
  ids: readonly string[],
): Promise<ReadonlyMap<string, TenantId>> {
  if (ids.length === 0) return new Map();
  const { rows } = await pool.query<{ id: string; tenant_id: TenantId }>({
    name: `owners-of-${table}`,
    text: questions[table],
    values: [ids],
  });
  return new Map(rows.map(({ id, tenant_id: tenant }) => [id, tenant]));
}
