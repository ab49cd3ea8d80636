import type { RefusalCode, UserId } from '@argus/contract';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { NextProof } from './open-progress.ts';

/** A proof that proved nothing: the log hears why, the caller only that. */
export async function tellWrong(
  services: Services,
  { tenant, origin }: Pick<NextProof, 'tenant' | 'origin'>,
  {
    userId,
    reason,
    refused,
  }: {
    readonly userId: UserId | null;
    readonly reason: string;
    readonly refused: RefusalCode;
  },
): Promise<Refused> {
  const events = stamp(services, services.clock.now(), [
    { type: 'sign-in.refused', actor: 'anyone', userId: userId ?? undefined, reason, origin },
  ]);
  await services.store.commit({ tenant, changes: [], events });
  services.metrics.signIns.inc({ outcome: 'refused' });
  return { refused };
}
