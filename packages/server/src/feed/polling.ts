import { type FeedState, feedStates } from '@argus/store';
import type { Services } from '../services.ts';
import type { FeedLines } from './feed-lines.ts';
import type { Contact } from './heartbeat.ts';
import type { Settling } from './settling.ts';

/** Looks at all feeds: numbers what a node that died left behind, and reads what a lost notice would have told. */
export interface Polling {
  look(): Promise<void>;
  /** Resolves when no look is at work any more. */
  finished(): Promise<void>;
}

export interface Looking {
  readonly lines: FeedLines;
  readonly settling: Settling;
  readonly contact: Contact;
  report(error: unknown): void;
}

export function createPolling({ store }: Pick<Services, 'store'>, looking: Looking): Polling {
  const { lines, contact, report } = looking;
  const working = new Set<Promise<void>>();
  const settle = (state: FeedState): void => {
    const work = settleOne(looking, state).catch(report);
    working.add(work);
    void work.finally(() => working.delete(work));
  };
  return {
    async look() {
      for (const state of await feedStates(store.pool)) {
        // Nobody waits for a tenant that has much to tell, or something that cannot be told.
        if (state.hasPending) settle(state);
        else await lines.catchUp(state).then(() => contact.had(state.tenant), report);
      }
    },
    finished: async () => void (await Promise.all(working)),
  };
}

/** What ended and cannot be told must not be covered by heartbeats of its tenant. */
async function settleOne({ lines, settling, contact }: Looking, state: FeedState): Promise<void> {
  if (!(await settling.settle(state.tenant))) return;
  await lines.catchUp(state);
  contact.had(state.tenant);
}
