import type { ProviderId, TenantId } from '@argus/contract';
import type { Provider } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { providerOf } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';
import { nameCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** Providers of a tenant in the order of their ids. */
export async function providersOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest,
): Promise<Page<Provider>> {
  const { rows } = await pool.query<Row>({
    name: 'providers-of-tenant',
    text: 'SELECT * FROM providers WHERE tenant_id = $1 AND ($2::text IS NULL OR id > $2) ORDER BY id LIMIT $3',
    values: [tenant, nameCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: providerOf, cursor: (row) => row.id });
}

export async function providerById(pool: Pool, tenant: TenantId, id: ProviderId): Promise<Provider | null> {
  const { rows } = await pool.query<Row>({
    name: 'provider-by-id',
    text: 'SELECT * FROM providers WHERE tenant_id = $1 AND id = $2',
    values: [tenant, id],
  });
  return rows[0] ? providerOf(rows[0]) : null;
}

/** The provider that people of an e-mail domain are led to; of several the first by id. */
export async function providerForDomain(
  pool: Pool,
  tenant: TenantId,
  domain: string,
): Promise<Provider | null> {
  const { rows } = await pool.query<Row>({
    name: 'provider-for-domain',
    text: 'SELECT * FROM providers WHERE tenant_id = $1 AND domains @> ARRAY[$2::text] ORDER BY id LIMIT 1',
    values: [tenant, domain],
  });
  return rows[0] ? providerOf(rows[0]) : null;
}

/** More declarations of one issuer than anybody makes. */
const issuerLimit = 100;

/**
 * Every declaration of an issuer, in whatever tenant: a logout token names its issuer, and nothing that would say for
 * which tenant of ours it is.
 */
export async function providersOfIssuer(pool: Pool, issuer: string): Promise<readonly Provider[]> {
  const { rows } = await pool.query<Row>({
    name: 'providers-of-issuer',
    text: `SELECT * FROM providers WHERE settings ->> 'issuer' = $1 ORDER BY id LIMIT ${issuerLimit}`,
    values: [issuer],
  });
  return rows.map(providerOf);
}
