import type { SessionId, TenantId, UserId } from '@argus/contract';
import type { Identity, User } from '@argus/core';
import type { Pool } from '../postgres/pool.ts';
import { identityOfRow } from '../tables/oauth-rows.ts';
import { type Row, standingColumns, userOf } from '../tables/rows.ts';

export interface IdentityRecord {
  readonly identity: Identity;
  readonly user: User;
}

/** More than anybody links. */
const identityLimit = 100;
const sessionLimit = 1000;

/** Whose account an identity at another provider is linked to; (issuer, subject) alone decides (OIDC Core §5.7). */
export async function identityOf(
  pool: Pool,
  tenant: TenantId,
  { issuer, subject }: { readonly issuer: string; readonly subject: string },
): Promise<IdentityRecord | null> {
  const { rows } = await pool.query<Row>({
    name: 'identity-of',
    text: `
      SELECT i.*, ${standingColumns}
      FROM identities i JOIN users u ON u.tenant_id = i.tenant_id AND u.id = i.user_id JOIN tenants t ON t.id = i.tenant_id
      WHERE i.tenant_id = $1 AND i.issuer = $2 AND i.subject = $3`,
    values: [tenant, issuer, subject],
  });
  const row = rows[0];
  return row ? { identity: identityOfRow(row), user: userOf(row) } : null;
}

/** A person's identities at other providers, oldest first. */
export async function identitiesOfUser(
  pool: Pool,
  tenant: TenantId,
  userId: UserId,
): Promise<readonly Identity[]> {
  const { rows } = await pool.query<Row>({
    name: 'identities-of-user',
    text: `SELECT * FROM identities WHERE tenant_id = $1 AND user_id = $2
      ORDER BY linked_at, issuer, subject LIMIT ${identityLimit}`,
    values: [tenant, userId],
  });
  return rows.map(identityOfRow);
}

/**
 * Live sessions that came from a session or a person upstream, as a logout token names them (OIDC Back-Channel Logout
 * §2.7). Where it names a session, one of ours that came without a `sid` may be that one, so its person decides.
 */
export async function sessionsFromUpstream(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly issuer: string; readonly subject: string | null; readonly sid: string | null },
): Promise<readonly SessionId[]> {
  const { rows } = await pool.query<Row>({
    name: 'sessions-from-upstream',
    text: `
      SELECT s.id FROM upstream_sessions o
      JOIN sessions s ON s.tenant_id = o.tenant_id AND s.id = o.session_id AND s.state = 'active'
      WHERE o.tenant_id = $1 AND o.issuer = $2 AND (
        o.sid = $4 AND ($3::text IS NULL OR o.subject = $3)
        OR o.subject = $3 AND ($4::text IS NULL OR o.sid IS NULL))
      ORDER BY s.id LIMIT ${sessionLimit}`,
    values: [tenant, ask.issuer, ask.subject, ask.sid],
  });
  return rows.map((row) => row.id);
}
