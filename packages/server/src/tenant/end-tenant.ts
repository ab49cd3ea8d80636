import { defaultTenant, type TenantId } from '@argus/contract';
import { type EndedBy, type EventDraft, tenantSettlesAfterMs } from '@argus/core';
import { eraseTenantPiece } from '@argus/store';
import { type Services, stamp } from '../services.ts';

/** Sessions in one commit: so few that nobody waits long for them. */
const sessionsAtOnce = 500;
/** Rows in one piece of an erasure. */
const rowsAtOnce = 2_000;

/** End some sessions of a suspended tenant. Answers whether that was all of them. */
export async function endSomeSessions(services: Services, tenant: TenantId, by: EndedBy): Promise<boolean> {
  const { actor, origin } = by;
  const written = await services.store.commit({
    tenant,
    changes: [
      {
        kind: 'end-sessions-of-tenant',
        limit: sessionsAtOnce,
        at: services.clock.now(),
        by: { actor, origin },
      },
    ],
    events: [],
  });
  const ended = written.isCommitted ? (written.touched[0]?.length ?? 0) : 0;
  services.metrics.sessionsEnded.inc({ reason: 'tenant-suspended' }, ended);
  return ended < sessionsAtOnce;
}

/** Note that nothing of a suspended tenant lives any more, if that is so and long enough ago. */
export async function settleTenant(services: Services, tenant: TenantId): Promise<boolean> {
  const at = services.clock.now();
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'settle-tenant', at, suspendedBy: at - tenantSettlesAfterMs }],
    events: [],
  });
  return written.isCommitted;
}

/** Erase a piece of a tenant. Answers whether nothing is left. */
export function erasePieceOf({ store, clock, random }: Services, tenant: TenantId): Promise<boolean> {
  const event: EventDraft = { type: 'tenant.erased', actor: 'system', details: { tenant } };
  const [made] = stamp({ random }, clock.now(), [event]);
  if (!made) throw new Error('an event was stamped away');
  return eraseTenantPiece(store.pool, {
    tenant,
    limit: rowsAtOnce,
    epitaph: { tenant: defaultTenant, event: made },
  });
}
