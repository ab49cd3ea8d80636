import type { ServiceId, TenantId, TenantStatus } from '@argus/contract';
import type { Service, ServiceKey } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import { serviceKeyOf, serviceOf } from '../tables/service-rows.ts';
import { nameCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** A service with all its keys, those that have expired too. */
export interface ServiceRecord {
  readonly service: Service;
  readonly keys: readonly ServiceKey[];
}

const columns = `s.*, COALESCE((
  SELECT jsonb_agg(jsonb_build_object('keyId', k.key_id, 'jwk', k.jwk,
    'addedAt', floor(extract(epoch FROM k.added_at) * 1000), 'expiresAt', floor(extract(epoch FROM k.expires_at) * 1000))
    ORDER BY k.added_at, k.key_id)
  FROM service_keys k WHERE k.tenant_id = s.tenant_id AND k.service_id = s.id), '[]') AS keys`;

/** Whose a key is, and how its tenant stands. */
export interface KeyOwner {
  readonly service: Service;
  readonly key: ServiceKey;
  readonly tenantStatus: TenantStatus;
}

/**
 * Whose key this is. It asks for no tenant, because the key is all that a signature names: the service is what names the
 * tenant.
 */
export async function serviceByKey(pool: Pool, keyId: string): Promise<KeyOwner | null> {
  const { rows } = await pool.query<Row>({
    name: 'service-by-key',
    text: `
      SELECT ${columns}, t.status AS tenant_status FROM services s JOIN tenants t ON t.id = s.tenant_id
      WHERE (s.tenant_id, s.id) = (SELECT k.tenant_id, k.service_id FROM service_keys k WHERE k.key_id = $1)`,
    values: [keyId],
  });
  const record = rows[0] && recordOf(rows[0]);
  const key = record?.keys.find((each) => each.keyId === keyId);
  return record && key ? { service: record.service, key, tenantStatus: rows[0]?.tenant_status } : null;
}

export async function serviceOfTenant(
  pool: Pool,
  tenant: TenantId,
  id: ServiceId,
): Promise<ServiceRecord | null> {
  const { rows } = await pool.query<Row>({
    name: 'service-of-tenant',
    text: `SELECT ${columns} FROM services s WHERE s.tenant_id = $1 AND s.id = $2`,
    values: [tenant, id],
  });
  return rows[0] ? recordOf(rows[0]) : null;
}

/** Services of a tenant in the order of their ids. */
export async function servicesOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest,
): Promise<Page<ServiceRecord>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT ${columns} FROM services s
      WHERE s.tenant_id = $1 AND ($2::text IS NULL OR s.id > $2) ORDER BY s.id LIMIT $3`,
    values: [tenant, nameCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: recordOf, cursor: (row) => row.id });
}

function recordOf(row: Row): ServiceRecord {
  const service = serviceOf(row);
  return { service, keys: (row.keys as Row[]).map((key) => serviceKeyOf(service.id, key)) };
}
