import type { Services } from '../services.ts';
import { numberingFor } from './feed-message.ts';

type Needs = Pick<
  Services,
  'config' | 'tenants' | 'clock' | 'keys' | 'policies' | 'store' | 'log' | 'metrics'
>;

/** Gives what waits its numbers, in one process one batch of a tenant after the other. */
export interface Settling {
  /** Never throws; false: it waits on. A call while it is at work asks for one more look. */
  settle(tenant: string): Promise<boolean>;
  /** Take no more, and finish what is at work. */
  close(): Promise<void>;
}

interface Running {
  isAsked: boolean;
  readonly done: Promise<boolean>;
}

export function createSettling(services: Needs, onSettled: (tenant: string) => Promise<void>): Settling {
  const running = new Map<string, Running>();
  let isClosed = false;
  const takeAsked = (tenant: string): boolean => {
    const state = running.get(tenant);
    const { isAsked = false } = state ?? {};
    if (state) state.isAsked = false;
    return isAsked;
  };
  const settleAll = async (tenant: string): Promise<boolean> => {
    try {
      for (let isMore = true; isMore; ) {
        const { events, isMore: isFull } = await services.store.numberEvents(
          tenant,
          numberingFor(services, tenant),
        );
        for (const { event } of events) services.metrics.feedEvents.inc({ type: event.type });
        if (events.length > 0) await onSettled(tenant);
        isMore = isFull || takeAsked(tenant);
      }
      return true;
    } catch (error) {
      services.log.error({ err: error, tenant }, 'what happened waits to be told');
      return false;
    } finally {
      running.delete(tenant);
    }
  };
  return {
    settle(tenant) {
      // Another node, or the next start, finds it.
      if (isClosed) return Promise.resolve(false);
      const known = running.get(tenant);
      if (known) {
        known.isAsked = true;
        return known.done;
      }
      const { promise: done, resolve } = Promise.withResolvers<boolean>();
      running.set(tenant, { isAsked: false, done });
      void settleAll(tenant).then(resolve);
      return done;
    },
    async close() {
      isClosed = true;
      await Promise.all([...running.values()].map(({ done }) => done));
    },
  };
}
