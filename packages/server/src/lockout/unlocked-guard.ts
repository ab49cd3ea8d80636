import type { TenantId } from '@argus/contract';
import { type Change, newcomerOf, type Proofs } from '@argus/core';
import { passwordLock, type SignInRecord } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';

/** Somebody on the way in, whatever they proved. */
export interface Arriving {
  readonly tenant: TenantId;
  readonly record: SignInRecord;
  readonly proofs: Proofs;
  readonly origin: CallOrigin;
}

/** Where policy locks every way in, none but the owner's surest is open while wrong passwords lock. */
export async function unlockedGuard(services: Services, arriving: Arriving): Promise<Change[]> {
  const { lockout } = await rulesOf(services, arriving);
  if (lockout.scope !== 'all' || isIdentityConfirmed(arriving)) return [];
  const { record } = arriving;
  const at = services.clock.now();
  return [{ kind: 'expect-unlocked', userId: record.user.id, isKnownDevice: isKnown(lockout, record), at }];
}

/** What the guard's loss means to whoever came with a good proof. */
export async function refuseLocked(services: Services, arriving: Arriving): Promise<Refused> {
  const { tenant, record, origin } = arriving;
  const { lockout } = await rulesOf(services, arriving);
  const now = services.clock.now();
  const userId = record.user.id;
  const until = await passwordLock(services.store.pool, tenant, {
    userId,
    isKnownDevice: isKnown(lockout, record),
    now,
  });
  const refused = { type: 'sign-in.refused', actor: 'anyone', userId, reason: 'locked', origin } as const;
  await services.store.commit({ tenant, changes: [], events: stamp(services, now, [refused]) });
  services.metrics.signIns.inc({ outcome: 'refused' });
  return { refused: 'slow_down', retryAfterSeconds: until === null ? 1 : Math.ceil((until - now) / 1000) };
}

/**
 * PCI DSS 8.3.4 locks until the time is over or who comes is confirmed. A key that cannot be phished, on a device where its
 * owner was before, confirms it: or whoever knows an address could keep its owner out for as long as they like.
 */
function isIdentityConfirmed({ record, proofs }: Pick<Arriving, 'record' | 'proofs'>): boolean {
  return record.device !== null && proofs.some(({ method }) => method === 'passkey');
}

async function rulesOf(services: Services, { tenant, record, origin }: Arriving) {
  const subject = newcomerOf(record.user, origin.userAgent);
  return (await services.policies.effective(tenant, subject)).authentication;
}

function isKnown(
  { knownDeviceBypass }: { readonly knownDeviceBypass: boolean },
  { device }: SignInRecord,
): boolean {
  return knownDeviceBypass && device !== null;
}
