import type { TenantId } from '@argus/contract';
import type { PolicyOwner } from '@argus/core';
import { isRuler } from '../changes/rulers.ts';
import type { Pool } from '../postgres/pool.ts';
import { enrolledColumns, enrolledOf } from '../tables/authenticator-rows.ts';
import { type Row, userColumns, userOf } from '../tables/rows.ts';

/** The active owners of a tenant, as policy sees them, and what they have set up to sign in. */
export async function ownersOfTenant(
  pool: Pool,
  tenant: TenantId,
  { limit }: { readonly limit: number },
): Promise<readonly PolicyOwner[]> {
  const { rows } = await pool.query<Row>({
    name: 'owners-of-tenant',
    text: `
      SELECT ${userColumns}, p.phc, ${enrolledColumns}, (
        SELECT json_agg(DISTINCT jsonb_build_object('isAttested', k.is_attested, 'isBackupEligible', k.is_backup_eligible))
        FROM passkeys k WHERE k.tenant_id = u.tenant_id AND k.user_id = u.id) AS makes,
        EXISTS (SELECT FROM identities i WHERE i.tenant_id = u.tenant_id AND i.user_id = u.id) AS is_connected
      FROM users u LEFT JOIN passwords p ON p.tenant_id = u.tenant_id AND p.user_id = u.id
      WHERE u.tenant_id = $1 AND u.${isRuler} AND 'owner' = ANY (u.roles) AND u.status = 'active'
      ORDER BY u.id LIMIT $2`,
    values: [tenant, limit],
  });
  return rows.map((row) => {
    const { id: userId, roles, groups } = userOf(row);
    return {
      subject: { userId, roles, groups },
      means: { enrolled: enrolledOf(row), passkeys: row.makes ?? [], isConnected: row.is_connected },
    };
  });
}
