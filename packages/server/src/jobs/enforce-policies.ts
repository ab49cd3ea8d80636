import { dueEarlyEnds, tenantsToEnforce } from '@argus/store';
import { enforcePolicy } from '../policy/enforce-policy.ts';
import type { Services } from '../services.ts';
import { endExpired } from './end-expired.ts';

/** Tenants and sessions in one run; the rest waits for the next. */
const width = 1_000;

/**
 * Enforce what a node saved and did not live to enforce. Answers how many tenants there were.
 */
export async function enforcePolicies(services: Services): Promise<number> {
  const tenants = await tenantsToEnforce(services.store.pool, width);
  for (const tenant of tenants) await enforcePolicy(services, tenant);
  return tenants.length;
}

/**
 * End sessions that policy made shorter, as soon as they are over: tokens that were given before say that they live on.
 * Answers how many it ended.
 */
export async function endEarlyOnes(services: Services): Promise<number> {
  const now = services.clock.now();
  let ended = 0;
  for (const due of await dueEarlyEnds(services.store.pool, { now, limit: width }))
    ended += await endExpired(services, due, now);
  return ended;
}
