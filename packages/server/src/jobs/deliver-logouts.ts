import { takeLogoutDeliveries } from '@argus/store';
import { deliverLogout } from '../oauth/logout/deliver-logout.ts';
import type { Services } from '../services.ts';
import { actingFor } from '../tenant/address.ts';

/** Deliveries on their way at once. All of them are over within the timeout, long before their lease is. */
const width = 100;
const defaultTimeoutMs = 5_000;

/** Tell clients of the sessions that ended, as many as may be under way at once. Answers how many were tried. */
export async function deliverLogouts(services: Services, timeoutMs = defaultTimeoutMs): Promise<number> {
  const now = services.clock.now();
  const taken = await takeLogoutDeliveries(services.store.pool, { now, limit: width });
  const tries = await Promise.allSettled(
    taken.map(async (delivery) =>
      deliverLogout(await actingFor(services, delivery.tenant), delivery, timeoutMs),
    ),
  );
  // What could not be settled comes again when its lease is over; the fault is told once for all.
  for (const one of tries) if (one.status === 'rejected') throw one.reason;
  return taken.length;
}
