import type { TenantId, UserId } from '@argus/contract';
import { type Change, type EventDraft, networkOf, type Provider } from '@argus/core';
import type { CallOrigin } from '../http/caller.ts';
import { type Services, stamp } from '../services.ts';

/** Whom a refused journey was about. */
export interface RefusedJourney {
  readonly tenant: TenantId;
  readonly provider: Pick<Provider, 'id'>;
  readonly origin: CallOrigin;
  readonly userId?: UserId | undefined;
  /** What is used up by it. */
  readonly changes?: readonly Change[];
}

/**
 * The audit log hears of a refused journey, though not of everyone of them from one network; what a provider or a
 * stranger sent never stands there, only our own words for it. False when what it used up had been used before.
 */
export async function tellRefusal(
  services: Services,
  { tenant, provider, origin, userId, changes = [] }: RefusedJourney,
  why: { readonly reason: string; readonly detail?: string | undefined },
): Promise<boolean> {
  const now = services.clock.now();
  const refused: EventDraft = {
    type: 'federation.refused',
    actor: 'anyone',
    userId,
    reason: why.reason,
    origin,
    details: { providerId: provider.id, ...(why.detail === undefined ? {} : { detail: why.detail }) },
  };
  const whose = `federation ${provider.id} ${networkOf(origin.ip)}`;
  const isTooMuch = services.throttle.take([{ limit: 'refusedClient', whose }], now) !== null;
  const events = isTooMuch ? [] : stamp(services, now, [refused]);
  if (changes.length === 0 && events.length === 0) return true;
  const { isCommitted } = await services.store.commit({ tenant, changes, events });
  return isCommitted;
}
