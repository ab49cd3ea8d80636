import type { ClientId, GrantId, SessionId, TenantId, UserId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';

export interface HeldGrant {
  readonly grantId: GrantId;
  readonly sessionId: SessionId;
}

/** What a client holds of a person now, the hundred newest. */
export async function liveGrantsOfClient(
  pool: Pool,
  tenant: TenantId,
  { clientId, userId }: { readonly clientId: ClientId; readonly userId: UserId },
): Promise<readonly HeldGrant[]> {
  const { rows } = await pool.query<{ id: GrantId; session_id: SessionId }>({
    name: 'live-grants-of-client',
    text: `
      SELECT g.id, g.session_id FROM grants g JOIN sessions s ON s.tenant_id = g.tenant_id AND s.id = g.session_id
      WHERE g.tenant_id = $1 AND g.client_id = $2 AND g.status = 'active' AND s.user_id = $3
      ORDER BY g.id DESC LIMIT 100`,
    values: [tenant, clientId, userId],
  });
  return rows.map(({ id, session_id: sessionId }) => ({ grantId: id, sessionId }));
}
