import type { ClientId, ClientStatus, TenantId } from '@argus/contract';
import type { Client } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { clientOf } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';
import { nameCursor, type Page, type PageRequest, pageOf } from './page.ts';

/**
 * The client of an id, whatever its status. It asks for no tenant, because the id is all that a request brings
 * (RFC 6749 §2.2): the client is what names the tenant.
 */
export async function clientById(pool: Pool, id: ClientId): Promise<Client | null> {
  const { rows } = await pool.query<Row>({
    name: 'client-by-id',
    text: 'SELECT * FROM clients WHERE id = $1',
    values: [id],
  });
  return rows[0] ? clientOf(rows[0]) : null;
}

/** The same as requests must see it: of a tenant that is not active, every client is as if disabled. */
export async function clientInForce(pool: Pool, id: ClientId): Promise<Client | null> {
  const { rows } = await pool.query<Row>({
    name: 'client-in-force',
    text: 'SELECT c.*, t.status AS tenant_status FROM clients c JOIN tenants t ON t.id = c.tenant_id WHERE c.id = $1',
    values: [id],
  });
  const row = rows[0];
  if (!row) return null;
  const client = clientOf(row);
  return row.tenant_status === 'active' ? client : { ...client, status: 'disabled' };
}

/** Clients of a tenant in the order of their ids. */
export async function clientsOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly status?: ClientStatus | undefined },
): Promise<Page<Client>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT * FROM clients
      WHERE tenant_id = $1 AND ($2::text IS NULL OR status = $2) AND ($3::text IS NULL OR id > $3)
      ORDER BY id LIMIT $4`,
    values: [tenant, ask.status ?? null, nameCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: clientOf, cursor: (row) => row.id });
}
