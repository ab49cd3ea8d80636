import type { ActivityDetail } from '@argus/contract';
import type { Clock } from '@argus/tokens';
import type { ArgusClient, CallFailure } from '../link/argus-client.ts';
import { after, deadline } from '../services/clock.ts';
import { type Backlog, createBacklog } from './backlog.ts';
import { type Collection, createCollection } from './collect.ts';
import { deliverFrom, type Sent, type Timers } from './deliver.ts';
import { createRouteClasses, type RecordedRequest, seenOf } from './recorded-request.ts';
import type { Untold } from './window.ts';

/** How reporting is: at any time, recorded = sent + sampled + lost + waiting, in requests. */
export interface ActivityState {
  /** Requests of people's sessions that were recorded. */
  readonly recorded: number;
  readonly sent: Sent;
  readonly lost: Untold;
  readonly waiting: {
    readonly batches: number;
    readonly entries: number;
    readonly requests: number;
    /** Of batches; what is still added up is at most 4,096 entries more. */
    readonly bytes: number;
  };
  /** How finely it tells now, and of one in how many sessions. */
  readonly detail: ActivityDetail;
  readonly factor: number;
  /** What the last batch met; null: nothing bad. */
  readonly trouble: CallFailure | null;
}

/** What the sessions behind requests do, told to Argus in batches. */
export interface Activity {
  /** Add a request that was answered. Never throws and never waits: what is no request is passed over. */
  record(request: RecordedRequest): void;
  /** Send now what waits, without waiting for the next time; false: something still waits. */
  flush(): Promise<boolean>;
  state(): ActivityState;
  /** Send what waits, for so long at most, and no more after that. */
  close(deadlineMs?: number): Promise<void>;
}

export interface ActivityOptions {
  readonly client: ArgusClient;
  readonly clock: Clock;
  /** Batches that wait for Argus at most, each at most 64 KiB; default 256, 16 MiB. */
  readonly mostBatches?: number | undefined;
  readonly timers?: Timers;
}

const defaultBatches = 256;

export function createActivity(options: ActivityOptions): Activity {
  const { client, clock, timers = { after } } = options;
  const mostBatches = Math.max(1, options.mostBatches ?? defaultBatches);
  const backlog = createBacklog(mostBatches);
  const delivery = deliverFrom({ client, backlog, timers, now: clock.now });
  const collection = createCollection({ backlog, timers, mostBatches, wake: delivery.wake });
  const routeClasses = createRouteClasses();
  let recorded = 0;
  let isClosed = false;
  const flush = (): Promise<boolean> => {
    collection.seal();
    return delivery.attempt();
  };
  return {
    record(request) {
      try {
        const seen = seenOf(request, routeClasses);
        if (!seen) return;
        recorded += 1;
        if (isClosed) backlog.loseRequest();
        else collection.add(seen, clock.now());
      } catch {
        // An application that describes no request must not fail for it.
      }
    },
    flush,
    state: () => ({
      recorded,
      sent: delivery.sent(),
      lost: backlog.lost(),
      waiting: waitingIn(backlog, collection),
      ...backlog.grain(),
      trouble: delivery.trouble(),
    }),
    async close(deadlineMs = 2_000) {
      if (isClosed) return;
      isClosed = true;
      await Promise.race([flush(), passed(deadlineMs)]);
      delivery.stop();
      // What is on its way is given up now; what still waits is lost, and said to be.
      await delivery.attempt();
      for (let left = backlog.take(clock.now()); left; left = backlog.take(clock.now())) backlog.lose(left);
    },
  };
}

function waitingIn(backlog: Backlog, collection: Collection): ActivityState['waiting'] {
  const { batches, entries, requests, bytes } = backlog.size();
  const open = collection.size();
  return { batches, entries: entries + open.entries, requests: requests + open.requests, bytes };
}

function passed(ms: number): Promise<void> {
  const signal = deadline(ms);
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
