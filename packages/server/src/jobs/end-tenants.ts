import { type EndingTenant, endingTenants, tenantById } from '@argus/store';
import type { Services } from '../services.ts';
import { endSomeSessions, erasePieceOf, settleTenant } from '../tenant/end-tenant.ts';

/** Tenants in one run, and steps of each: the rest waits for the next run. */
const width = 100;
const steps = 20;

const byItself = { actor: 'system', origin: { ip: null, userAgent: null } };

/**
 * Bring suspended tenants to rest and take those apart that are being erased, in bounded pieces, so that whoever is
 * stopped in between goes on where it was. Answers how many came to an end.
 */
export async function endTenants(services: Services): Promise<number> {
  const faults: unknown[] = [];
  let ended = 0;
  // One after the other: people of other tenants need the database, too.
  for (const tenant of await endingTenants(services.store.pool, width)) {
    try {
      if (!(await takeSteps(services, tenant))) continue;
      ended += 1;
      const outcome = tenant.status === 'erasing' ? 'erased' : 'settled';
      services.metrics.tenantsEnded.inc({ outcome });
    } catch (fault) {
      // A tenant that cannot be ended keeps no other from it; the fault is told once for all.
      faults.push(fault);
    }
  }
  if (faults.length > 0) throw faults[0];
  return ended;
}

async function takeSteps(services: Services, { id, status }: EndingTenant): Promise<boolean> {
  for (let step = 0; step < steps; step += 1) {
    if (status === 'erasing') {
      // Where another node holds it, nothing is left for this one, and it is still there.
      if (await erasePieceOf(services, id)) return (await tenantById(services.store.pool, id)) === null;
    } else if (await endSomeSessions(services, id, byItself)) {
      return settleTenant(services, id);
    }
  }
  return false;
}
