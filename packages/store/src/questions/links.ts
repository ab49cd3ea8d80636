import type { TenantId } from '@argus/contract';
import type { Link, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { linkColumns, linkOf, type Row, standingColumns, userOf } from '../tables/rows.ts';

export interface LinkRecord {
  readonly link: Link;
  /** Whom an invitation is for. */
  readonly user: User | null;
}

/** The link of a secret's hash, used or not. */
export async function linkByHash(
  pool: Pool,
  tenant: TenantId,
  tokenHash: Uint8Array,
): Promise<LinkRecord | null> {
  const { rows } = await pool.query<Row>({
    text: `SELECT ${linkColumns}, ${standingColumns} FROM links l
      LEFT JOIN users u ON u.tenant_id = l.tenant_id AND u.id = l.user_id
      LEFT JOIN tenants t ON t.id = u.tenant_id
      WHERE l.tenant_id = $1 AND l.token_hash = $2`,
    values: [tenant, tokenHash],
  });
  const row = rows[0];
  return row ? { link: linkOf(row), user: row.u_id ? userOf(row) : null } : null;
}
