import type { TenantId, UserId } from '@argus/contract';
import type { Pool } from '../postgres/pool.ts';

/** The hashes of a person's former passwords, newest first. */
export async function formerPasswords(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly limit: number },
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ phc: string }>({
    name: 'former-passwords',
    text: `SELECT phc FROM former_passwords WHERE tenant_id = $1 AND user_id = $2
      ORDER BY replaced_at DESC, phc LIMIT $3`,
    values: [tenant, ask.userId, ask.limit],
  });
  return rows.map(({ phc }) => phc);
}
