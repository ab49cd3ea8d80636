import { tenantOfAttempt } from '@argus/store';
import { type Attempt, attemptOf } from '../flows/attempt.ts';
import type { Call } from '../http/route.ts';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';

/** The attempt of a sign-in that begins: what another one has proved in this browser does not come along. */
export async function beginningAttempt(services: Services, call: Call): Promise<Attempt> {
  const { attempt, ...others } = call.cookies;
  if (attempt === undefined) return attemptOf(services, call);
  const ask = { attemptHash: hashOf(attempt), now: services.clock.now() };
  // In whichever tenant it was: an address may lead to another one than last time.
  const isUnderWay = (await tenantOfAttempt(services.store.pool, ask)) !== null;
  return attemptOf(services, isUnderWay ? { ...call, cookies: others } : call);
}
