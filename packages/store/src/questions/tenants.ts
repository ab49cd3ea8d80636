import type { Instant, TenantId, TenantStatus } from '@argus/contract';
import type { Tenant } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import { nameCursor, type Page, type PageRequest, pageOf } from './page.ts';

const columns = `t.id, t.name, t.status, t.plan, t.add_ons, t.created_at, t.suspended_at, t.settled_at,
  ARRAY(SELECT h.host FROM tenant_hosts h WHERE h.tenant_id = t.id ORDER BY h.place) AS hosts,
  ARRAY(SELECT d.domain FROM tenant_domains d WHERE d.tenant_id = t.id ORDER BY d.place) AS domains`;

export async function tenantById(pool: Pool, tenant: TenantId): Promise<Tenant | null> {
  const { rows } = await pool.query<Row>({
    name: 'tenant-by-id',
    text: `SELECT ${columns} FROM tenants t WHERE t.id = $1`,
    values: [tenant],
  });
  return rows[0] ? tenantOf(rows[0]) : null;
}

/** All tenants in the order of their ids; only the operator may be told the answer. */
export async function tenantsOfInstallation(
  pool: Pool,
  ask: PageRequest & { readonly status?: TenantStatus | undefined },
): Promise<Page<Tenant>> {
  const { rows } = await pool.query<Row>({
    text: `
      SELECT ${columns} FROM tenants t
      WHERE ($1::text IS NULL OR t.status = $1) AND ($2::text IS NULL OR t.id > $2) ORDER BY t.id LIMIT $3`,
    values: [ask.status ?? null, nameCursor(ask.cursor), ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: tenantOf, cursor: (row) => row.id });
}

/** Where a name leads: a request brings a host, or an address its domain, and that is what names the tenant. */
export async function tenantByName(
  pool: Pool,
  kind: 'host' | 'domain',
  name: string,
): Promise<Tenant | null> {
  const { rows } = await pool.query<Row>({
    name: `tenant-by-${kind}`,
    text: `SELECT ${columns} FROM tenants t WHERE t.id = (SELECT n.tenant_id FROM tenant_${kind}s n WHERE n.${kind} = $1)`,
    values: [name],
  });
  return rows[0] ? tenantOf(rows[0]) : null;
}

/** Which tenants have these names; only the operator may be told the answer. */
export async function tenantsOfNames(
  pool: Pool,
  kind: 'host' | 'domain',
  names: readonly string[],
): Promise<ReadonlyMap<string, TenantId>> {
  if (names.length === 0) return new Map();
  const { rows } = await pool.query<{ name: string; tenant_id: TenantId }>({
    name: `tenants-of-${kind}s`,
    text: `SELECT n.${kind} AS name, n.tenant_id FROM tenant_${kind}s n WHERE n.${kind} = ANY ($1)`,
    values: [names],
  });
  return new Map(rows.map(({ name, tenant_id: tenant }) => [name, tenant]));
}

/** In which tenant a browser is in the middle of a sign-in: all that it brings is its attempt. */
export async function tenantOfAttempt(
  pool: Pool,
  { attemptHash, now }: { readonly attemptHash: Uint8Array; readonly now: Instant },
): Promise<TenantId | null> {
  return await onlyTenant(pool, {
    name: 'tenant-of-attempt',
    text: 'SELECT tenant_id FROM sign_in_progress WHERE attempt_hash = $1 AND expires_at > $2 LIMIT 1',
    values: [attemptHash, timestamp(now)],
  });
}

/** Whose link this is: all that it brings is its secret. */
export async function tenantOfLink(pool: Pool, tokenHash: Uint8Array): Promise<TenantId | null> {
  return await onlyTenant(pool, {
    name: 'tenant-of-link',
    text: 'SELECT tenant_id FROM links WHERE token_hash = $1',
    values: [tokenHash],
  });
}

async function onlyTenant(
  pool: Pool,
  query: { readonly name: string; readonly text: string; readonly values: unknown[] },
): Promise<TenantId | null> {
  const { rows } = await pool.query<{ tenant_id: TenantId }>(query);
  return rows[0]?.tenant_id ?? null;
}

/** A tenant that is on its way to an end. */
export interface EndingTenant {
  readonly id: TenantId;
  readonly status: Exclude<TenantStatus, 'active'>;
}

/** Those of which something may still live, and those that are being erased. */
export async function endingTenants(pool: Pool, limit: number): Promise<readonly EndingTenant[]> {
  const { rows } = await pool.query<EndingTenant>({
    name: 'ending-tenants',
    text: `
      SELECT id, status FROM tenants
      WHERE status <> 'active' AND (status = 'erasing' OR settled_at IS NULL) ORDER BY id LIMIT $1`,
    values: [limit],
  });
  return rows;
}

function tenantOf(row: Row): Tenant {
  return {
    id: row.id,
    name: row.name,
    status: row.status,
    hosts: row.hosts,
    domains: row.domains,
    plan: row.plan,
    addOns: row.add_ons,
    createdAt: row.created_at,
    suspendedAt: row.suspended_at,
    settledAt: row.settled_at,
  };
}
