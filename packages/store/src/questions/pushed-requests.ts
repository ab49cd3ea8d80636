import type { TenantId } from '@argus/contract';
import type { PushedRequest } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { pushedRequestOf } from '../tables/oauth-rows.ts';
import type { Row } from '../tables/rows.ts';

/** A pushed authorization request, used or not. */
export async function pushedRequest(
  pool: Pool,
  tenant: TenantId,
  uriHash: Uint8Array,
): Promise<PushedRequest | null> {
  const { rows } = await pool.query<Row>({
    name: 'pushed-request',
    text: 'SELECT * FROM pushed_requests WHERE tenant_id = $1 AND uri_hash = $2',
    values: [tenant, uriHash],
  });
  return rows[0] ? pushedRequestOf(rows[0]) : null;
}
