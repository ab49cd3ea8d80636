import type { Instant, PolicyDocument, TenantId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import { numberCursor, type Page, type PageRequest, pageOf } from './page.ts';
import { documentOf } from './policies.ts';

/** One state of a tenant's policy, and the one before it. */
export interface PolicyVersion {
  readonly version: number;
  readonly document: PolicyDocument;
  /** Null where nobody decided: the first version is the preset that holds from the beginning. */
  readonly author: string | null;
  readonly note: string | null;
  readonly restoredFrom: number | null;
  readonly createdAt: Instant;
  /** Null before the first. */
  readonly before: PolicyDocument | null;
}

const of = `
  w.version, p.document, p.author, p.note, p.restored_from, COALESCE(p.created_at, t.created_at) AS created_at,
  b.document AS before`;
const joined = `
  LEFT JOIN policies p ON p.tenant_id = t.id AND p.version = w.version
  LEFT JOIN policies b ON b.tenant_id = t.id AND b.version = w.version - 1
  WHERE t.id = $1`;

/** This version, or without one the version in force; null when there is none. */
export async function policyVersion(
  pool: Pool,
  tenant: TenantId,
  { version = null }: { readonly version?: number | null } = {},
): Promise<PolicyVersion | null> {
  const { rows } = await pool.query<Row>({
    name: 'policy-version',
    text: `
      SELECT ${of} FROM tenants t CROSS JOIN LATERAL (SELECT COALESCE($2, t.policy_version) AS version) w ${joined}
        AND w.version BETWEEN 1 AND t.policy_version`,
    values: [tenant, version],
  });
  return rows[0] ? versionOf(rows[0]) : null;
}

/** All that ever held in a tenant, newest first. */
export async function policyVersions(
  pool: Pool,
  tenant: TenantId,
  { limit, cursor }: PageRequest,
): Promise<Page<PolicyVersion>> {
  const { rows } = await pool.query<Row>({
    name: 'policy-versions',
    text: `
      SELECT ${of} FROM tenants t
      CROSS JOIN LATERAL (SELECT LEAST(t.policy_version, $2::bigint - 1) AS version) top
      CROSS JOIN LATERAL generate_series(top.version, GREATEST(1, top.version - $3 + 1), -1) AS w (version) ${joined}
      ORDER BY w.version DESC`,
    values: [tenant, numberCursor(cursor), limit + 1],
  });
  return pageOf(rows, limit, { item: versionOf, cursor: (row) => String(row.version) });
}

function versionOf(row: Row): PolicyVersion {
  return {
    version: Number(row.version),
    document: documentOf(row.document),
    author: row.author,
    note: row.note,
    restoredFrom: row.restored_from,
    createdAt: row.created_at,
    before: Number(row.version) === 1 ? null : documentOf(row.before),
  };
}
