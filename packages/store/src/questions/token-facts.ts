import type { GrantId, TenantId } from '@argus/contract';
import type { Grant, Session, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import {
  grantColumns,
  grantOf,
  type Row,
  sessionColumns,
  sessionOf,
  standingColumns,
  userOf,
} from '../tables/rows.ts';

/** What became of a token since it was issued. A client's own grant has no row, and neither session nor user. */
export interface TokenFacts {
  readonly grant: Grant | null;
  readonly session: Session | null;
  readonly user: User | null;
  readonly isTokenEnded: boolean;
}

/** Everything that bears on an access token, for whoever asks whether it is still good (RFC 7662 §2.2). */
export async function tokenFacts(
  pool: Pool,
  tenant: TenantId,
  { grantId, jti }: { readonly grantId: GrantId; readonly jti: string },
): Promise<TokenFacts> {
  const { rows } = await pool.query<Row>({
    name: 'token-facts',
    text: `
      SELECT ${grantColumns}, ${sessionColumns}, ${standingColumns},
        EXISTS (SELECT FROM ended_tokens e WHERE e.tenant_id = $1 AND e.jti = $3) AS is_ended
      FROM (SELECT) AS once
      LEFT JOIN grants g ON g.tenant_id = $1 AND g.id = $2
      LEFT JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id
      LEFT JOIN users u ON u.tenant_id = s.tenant_id AND u.id = s.user_id
      LEFT JOIN tenants t ON t.id = u.tenant_id`,
    values: [tenant, grantId, jti],
  });
  const [row = {}] = rows;
  return {
    grant: row.g_id ? grantOf(row) : null,
    session: row.s_id ? sessionOf(row) : null,
    user: row.u_id ? userOf(row) : null,
    isTokenEnded: row.is_ended === true,
  };
}
