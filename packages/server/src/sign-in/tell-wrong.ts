import type { RefusalCode } from '@argus/contract';
import type { SignInRecord } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { NextProof } from './open-progress.ts';

/** A proof that proved nothing: the log hears why, the caller only that. */
export async function tellWrong(
  services: Services,
  { tenant, origin }: Pick<NextProof, 'tenant' | 'origin'>,
  {
    record,
    reason,
    refused,
  }: {
    readonly record: SignInRecord | null;
    readonly reason: string;
    readonly refused: RefusalCode;
  },
): Promise<Refused> {
  const events = stamp(services, services.clock.now(), [
    { type: 'sign-in.refused', actor: 'anyone', userId: record?.user.id, reason, origin },
  ]);
  await services.store.commit({ tenant, changes: [], events });
  services.metrics.signIns.inc({ outcome: 'refused' });
  return { refused };
}
