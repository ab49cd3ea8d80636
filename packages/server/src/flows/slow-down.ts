import type { SessionId, TenantId, UserId } from '@argus/contract';
import type { Origin } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Throttled } from '../throttle/throttle.ts';

export interface Slowed {
  readonly tenant: TenantId;
  readonly origin: Origin;
  readonly throttled: Throttled;
  readonly userId?: UserId | undefined;
  readonly sessionId?: SessionId | undefined;
}

/**
 * Refuse what was tried too often. The answer is the same whomever it was about; the audit log gets one line for as
 * long as it takes to calm down, so that nobody can fill it.
 */
export async function slowDown(services: Services, slowed: Slowed): Promise<Refused> {
  const { tenant, throttled, origin, userId, sessionId } = slowed;
  const { limit, retryAfterSeconds, isNews } = throttled;
  if (isNews) {
    const events = stamp(services, services.clock.now(), [
      { type: 'tries.slowed', actor: 'anyone', reason: limit, origin, userId, sessionId },
    ]);
    await services.store.commit({ tenant, changes: [], events });
  }
  return { refused: 'slow_down', retryAfterSeconds };
}
