import type { TenantId } from '@argus/contract';
import type { Invitation } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import type { Row } from '../tables/rows.ts';
import { idCursor, type Page, type PageRequest, pageOf } from './page.ts';

/** Invitations of a tenant that nobody has accepted, in the order in which they were made, or the one of an address. */
export async function invitationsOfTenant(
  pool: Pool,
  tenant: TenantId,
  ask: PageRequest & { readonly email?: string | undefined },
): Promise<Page<Invitation>> {
  const { rows } = await pool.query<Row>({
    name: 'invitations-of-tenant',
    text: `
      SELECT * FROM invitations
      WHERE tenant_id = $1 AND ($2::uuid IS NULL OR id > $2) AND ($3::text IS NULL OR email = $3) ORDER BY id LIMIT $4`,
    values: [tenant, idCursor(ask.cursor), ask.email ?? null, ask.limit + 1],
  });
  return pageOf(rows, ask.limit, { item: invitationOf, cursor: (row) => row.id });
}

export async function invitationById(pool: Pool, tenant: TenantId, id: string): Promise<Invitation | null> {
  const { rows } = await pool.query<Row>({
    name: 'invitation-by-id',
    text: 'SELECT * FROM invitations WHERE tenant_id = $1 AND id = $2',
    values: [tenant, id],
  });
  return rows[0] ? invitationOf(rows[0]) : null;
}

/** The invitation of a link, and whose tenant it leads to: the link brings nothing but its secret. */
export async function invitationByHash(
  pool: Pool,
  tokenHash: Uint8Array,
): Promise<{ readonly tenant: TenantId; readonly invitation: Invitation } | null> {
  const { rows } = await pool.query<Row>({
    name: 'invitation-by-hash',
    text: `
      SELECT i.* FROM invitations i JOIN tenants t ON t.id = i.tenant_id
      WHERE i.token_hash = $1 AND t.status = 'active'`,
    values: [tokenHash],
  });
  return rows[0] ? { tenant: rows[0].tenant_id, invitation: invitationOf(rows[0]) } : null;
}

function invitationOf(row: Row): Invitation {
  return {
    id: row.id,
    userId: row.user_id,
    tokenHash: row.token_hash,
    email: row.email,
    name: row.name,
    roles: row.roles,
    groups: row.groups,
    invitedBy: row.invited_by,
    createdAt: row.created_at,
    sentAt: row.sent_at,
    expiresAt: row.expires_at,
  };
}
