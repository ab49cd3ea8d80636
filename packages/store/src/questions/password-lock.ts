import type { Instant, TenantId, UserId } from '@argus/contract';
import { type Pool, timestamp } from '../postgres/pool.ts';

/** Until when a lock holds that is in force. */
export async function passwordLock(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly isKnownDevice: boolean; readonly now: Instant },
): Promise<Instant | null> {
  const { rows } = await pool.query<{ locked_until: Instant }>({
    name: 'password-lock',
    text: `SELECT locked_until FROM password_tries
      WHERE tenant_id = $1 AND user_id = $2 AND is_known_device = $3 AND locked_until > $4`,
    values: [tenant, ask.userId, ask.isKnownDevice, timestamp(ask.now)],
  });
  return rows[0]?.locked_until ?? null;
}
