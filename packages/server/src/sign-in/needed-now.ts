import { isRefused, type Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { type NextProof, openProgress, standingOf } from './open-progress.ts';
import type { StillNeeded } from './outcome.ts';
import { asked, stepAfter } from './standing.ts';

/** What the sign-in of this browser still takes, decided anew: policy or authenticators may have changed since. */
export async function neededNow(services: Services, call: NextProof): Promise<StillNeeded | Refused> {
  const opened = await openProgress(services, call);
  if (isRefused(opened)) return opened;
  const standing = standingOf(call, opened);
  const step = await stepAfter(services, standing);
  // What would be admitted now is admitted by its next proof; there is nothing to ask for.
  if (step.kind === 'admit' || step.kind === 'refuse') return { refused: 'sign_in_expired' };
  return asked(services, standing, step);
}
