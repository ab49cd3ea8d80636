import { defaultTenant } from '@argus/contract';
import type { EventDraft, Tenant, TenantChange } from '@argus/core';
import { tenantById } from '@argus/store';
import type { Ender } from '../flows/end-sessions.ts';
import { mistaken } from '../flows/mistake.ts';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import { endSomeSessions } from './end-tenant.ts';
import { forgetTenants } from './forget-tenants.ts';

/**
 * Let nobody into a tenant any more. The first of its sessions end before the answer, the others by a job; services are
 * told at once that all of them are over.
 */
export async function suspendTenant(services: Services, by: Ender): Promise<Tenant | Refused> {
  const at = services.clock.now();
  const outcome = await turn(services, by, {
    change: { kind: 'suspend-tenant', at },
    type: 'tenant.suspended',
  });
  if ('refused' in outcome) return outcome;
  await endSomeSessions(services, by.tenant, by);
  return outcome;
}

/** Let people in again: they sign in anew, since nothing comes back. */
export function resumeTenant(services: Services, by: Ender): Promise<Tenant | Refused> {
  return turn(services, by, { change: { kind: 'resume-tenant' }, type: 'tenant.resumed' });
}

/** Begin to erase a tenant; a job does the rest, and goes on after any interruption. */
export async function eraseTenant(services: Services, by: Ender, confirm: string): Promise<Tenant | Refused> {
  if (!(await tenantById(services.store.pool, by.tenant))) return { refused: 'not_found' };
  if (confirm !== by.tenant) return mistaken([{ path: 'confirm', message: 'is not the id of the tenant' }]);
  // It holds the keys and the log of the installation.
  if (by.tenant === defaultTenant)
    return mistaken([{ path: 'id', message: 'is the tenant of the installation, which stays' }], 'path');
  const outcome = await turn(services, by, {
    change: { kind: 'begin-erasure' },
    type: 'tenant.erasure-begun',
  });
  if ('refused' in outcome) return outcome;
  // Its own log goes with it: that somebody began is told where it stays.
  const { actor, origin } = by;
  const event: EventDraft = {
    type: 'tenant.erasure-begun',
    actor,
    origin,
    details: { tenant: by.tenant },
  };
  await services.store.append(defaultTenant, stamp(services, services.clock.now(), [event]));
  return outcome;
}

interface Turn {
  readonly change: TenantChange;
  readonly type: 'tenant.suspended' | 'tenant.resumed' | 'tenant.erasure-begun';
}

async function turn(services: Services, by: Ender, { change, type }: Turn): Promise<Tenant | Refused> {
  const { tenant, actor, origin } = by;
  const { pool } = services.store;
  if (!(await tenantById(pool, tenant))) return { refused: 'not_found' };
  const written = await services.store.commit({
    tenant,
    changes: [change],
    events: stamp(services, services.clock.now(), [{ type, actor, origin }]),
  });
  forgetTenants(services, tenant);
  return (written.isCommitted && (await tenantById(pool, tenant))) || { refused: 'conflict' };
}
