import type { TenantId } from '@argus/contract';
import { type GuessUse, guessLimits } from '@argus/core';
import type { SignInRecord } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';
import { slowDown } from './slow-down.ts';

export interface Guess {
  readonly tenant: TenantId;
  readonly use: GuessUse;
  readonly record: SignInRecord;
  readonly origin: CallOrigin;
}

/**
 * Count a code before it is looked at, in the database, so that however many come at once and to however many
 * processes no more than the limit are ever compared. The bucket in memory only spares the database a flood.
 */
export async function takeGuess(
  services: Services,
  { tenant, use, record, origin }: Guess,
): Promise<Refused | null> {
  const { user, device } = record;
  const at = services.clock.now();
  const isKnownDevice = device !== null;
  const counted = { limit: 'code', whose: `${tenant}/${user.id}/${use}/${isKnownDevice}` } as const;
  const throttled = services.throttle.take([counted], at);
  if (throttled) return slowDown(services, { tenant, origin, throttled, userId: user.id });
  const limit = guessLimits[use];
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'take-guess', use, userId: user.id, isKnownDevice, limit, at }],
    events: [],
  });
  if (written.isCommitted) return null;
  // In another process, or so often in a row that only another factor helps: nobody is told which.
  const again = { limit: 'code', retryAfterSeconds: limit.everySeconds, isNews: false } as const;
  return slowDown(services, { tenant, origin, throttled: again, userId: user.id });
}
