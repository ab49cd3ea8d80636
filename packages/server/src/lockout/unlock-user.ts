import type { UserId } from '@argus/contract';
import { type UserRecord, usersOfTenant } from '@argus/store';
import { type Administrator, beyondReach, expectWithinReach } from '../flows/administrator.ts';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';

/** Let passwords and codes be tried again, whatever was tried before. */
export async function unlockUser(
  services: Services,
  by: Administrator,
  userId: UserId,
): Promise<UserRecord | Refused> {
  const { tenant, actor, origin } = by;
  const at = services.clock.now();
  const { items } = await usersOfTenant(services.store.pool, tenant, { userId, limit: 1, now: at });
  const [record] = items;
  if (!record) return { refused: 'not_found' };
  const written = await services.store.commit({
    tenant,
    changes: [
      ...expectWithinReach(by, { userId }),
      { kind: 'forget-password-tries', userId, isKnownDevice: null },
      { kind: 'forget-guesses', userId, use: 'totp', isKnownDevice: null },
      { kind: 'forget-guesses', userId, use: 'recovery-code', isKnownDevice: null },
    ],
    events: stamp(services, at, [{ type: 'user.unlocked', actor, origin, userId }]),
  });
  if (!written.isCommitted) return beyondReach(services, by, { userId });
  services.metrics.lockouts.inc({ outcome: 'unlocked' });
  return { ...record, lockedUntil: null };
}
