import type { SessionId } from '@argus/contract';
import { isRefused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { advance } from './advance.ts';
import { type NextProof, openProgress } from './open-progress.ts';
import type { SignInOutcome } from './outcome.ts';
import { settle } from './settle.ts';
import { stepAfter } from './standing.ts';

/**
 * Make room for the sign-in by ending one of the person's sessions. It ends in the commit that begins the new one; where
 * more have to end, in the one that asks for the next. Nothing ends before all else is proved.
 */
export async function chooseSession(
  services: Services,
  call: NextProof,
  sessionId: SessionId,
): Promise<SignInOutcome> {
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  const { progress, record } = opened;
  const { proofs, details } = progress;
  const proven = { ...call, record, proofs, details, before: progress, changes: [], events: [] };
  const step = await stepAfter(services, proven);
  // Room was made in another way meanwhile: nothing has to end.
  if (step.kind === 'admit') return settle(await advance(services, proven));
  if (step.kind !== 'choose-session') return { refused: 'denied' };
  if (!step.among.includes(sessionId)) return { refused: 'not_found' };
  return settle(await advance(services, { ...proven, instead: sessionId }));
}
