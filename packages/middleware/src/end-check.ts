import type { StandingToken } from './link/revocations.ts';
import { type Refused, refused } from './refused.ts';
import type { Settings } from './settings.ts';

/** Whether the token's session, or anything else that it stands on, is over; and if nobody can know, a no. */
export async function endOf(
  { argus }: Settings,
  { standing }: { readonly standing: StandingToken },
  token: string,
): Promise<Refused | undefined> {
  if (argus === null || argus === undefined) return undefined;
  const known = argus.revocations.standingOf(standing, token);
  const is = typeof known === 'string' ? known : await known;
  if (is === 'live') return undefined;
  if (is === 'ended') return refused('invalid_token', 'ended');
  return { ...refused('unavailable', 'revocations-unknown'), retryAfterSeconds: unknownRetrySeconds };
}

/** The feed comes back within a second when Argus does. */
const unknownRetrySeconds = 1;
