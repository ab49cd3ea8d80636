import type { SessionId } from '@argus/contract';
import { liveSessionsOfUser } from '@argus/store';
import { isRefused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { advance } from './advance.ts';
import { type NextProof, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';

/** Make room for the sign-in by ending one of the person's sessions. It ends in the commit that begins the new one. */
export async function chooseSession(
  services: Services,
  call: NextProof,
  sessionId: SessionId,
): Promise<SignInOutcome> {
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  const { progress, record } = opened;
  const ask = { userId: record.user.id, now: services.clock.now(), limit: 100 };
  const { items } = await liveSessionsOfUser(services.store.pool, call.tenant, ask);
  if (!items.some(({ session }) => session.id === sessionId)) return { refused: 'not_found' };
  const { proofs, details } = progress;
  const proven = { record, proofs, details, before: progress, changes: [], events: [], instead: sessionId };
  return settle(await advance(services, { ...call, ...proven }));
}
