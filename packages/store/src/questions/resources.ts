import type { TenantId } from '@argus/contract';
import type { Resource } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { resourceOf } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';
import { numberCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** Those of these resources that the tenant declared, in the order of their ids. */
export async function resourcesOf(
  pool: Pool,
  tenant: TenantId,
  ids: readonly string[],
): Promise<readonly Resource[]> {
  const { rows } = await pool.query<Row>({
    name: 'resources-of',
    text: 'SELECT * FROM resources WHERE tenant_id = $1 AND id = ANY ($2) ORDER BY id',
    values: [tenant, ids],
  });
  return rows.map(resourceOf);
}

/** Resources of a tenant in the order in which they were declared first. */
export async function resourcesOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest,
): Promise<Page<Resource>> {
  const { rows } = await pool.query<Row>({
    text: `SELECT * FROM resources WHERE tenant_id = $1 AND ($2::bigint IS NULL OR place > $2) ORDER BY place LIMIT $3`,
    values: [tenant, numberCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: resourceOf, cursor: (row) => String(row.place) });
}
