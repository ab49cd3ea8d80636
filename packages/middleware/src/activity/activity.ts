import type { ActivityDetail, Instant } from '@argus/contract';
import { activityBounds } from '@argus/contract';
import type { Clock } from '@argus/tokens';
import type { ArgusClient, CallFailure } from '../link/argus-client.ts';
import { after, deadline } from '../services/clock.ts';
import { newName, newSalt, spread } from '../services/secret.ts';
import { createBacklog } from './backlog.ts';
import { deliverFrom, type Sent, type Timers } from './deliver.ts';
import { createRouteClasses, type RecordedRequest, type Seen, seenOf } from './recorded-request.ts';
import { openWindow, type Untold, type Window } from './window.ts';

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
  const backlog = createBacklog(Math.max(1, options.mostBatches ?? defaultBatches));
  const delivery = deliverFrom({ client, backlog, timers, now: clock.now });
  const routeClasses = createRouteClasses();
  let window: Window | null = null;
  let timer: { cancel(): void } | null = null;
  let recorded = 0;
  let isClosed = false;

  const seal = (): void => {
    timer?.cancel();
    timer = null;
    if (window) backlog.push(window.seal(newName(), backlog.takeOwed()));
    window = null;
  };
  const open = (from: Instant): Window => {
    // The last moment is spared by chance, so that many processes do not report at one moment.
    timer = timers.after(spread(activityBounds.windowMs), () => {
      seal();
      delivery.wake();
    });
    return openWindow({ from, grain: backlog.grain(), salt: newSalt() });
  };
  const add = (seen: Seen, now: Instant): void => {
    window ??= open(now);
    if (window.add(seen, now)) return;
    seal();
    delivery.wake();
    window = open(now);
    // It cannot be too large for an empty window; a fault there must not lose count.
    if (!window.add(seen, now)) backlog.loseRequest();
  };
  const flush = (): Promise<boolean> => {
    seal();
    return delivery.attempt();
  };
  return {
    record(request) {
      try {
        const seen = seenOf(request, routeClasses);
        if (!seen) return;
        recorded += 1;
        if (isClosed) backlog.loseRequest();
        else add(seen, clock.now());
      } catch {
        // An application that describes no request must not fail for it.
      }
    },
    flush,
    state() {
      const open = window?.size() ?? { entries: 0, requests: 0, bytes: 0 };
      const { batches, entries, requests, bytes } = backlog.size();
      return {
        recorded,
        sent: delivery.sent(),
        lost: backlog.lost(),
        waiting: {
          batches,
          entries: entries + open.entries,
          requests: requests + open.requests,
          bytes: bytes + open.bytes,
        },
        ...backlog.grain(),
        trouble: delivery.trouble(),
      };
    },
    async close(deadlineMs = 2_000) {
      if (isClosed) return;
      isClosed = true;
      const signal = deadline(deadlineMs);
      const late = new Promise<false>((resolve) => signal.addEventListener('abort', () => resolve(false)));
      await Promise.race([flush(), late]);
      delivery.stop();
      // What is on its way is given up now; what still waits is lost, and said to be.
      await delivery.attempt();
      for (let left = backlog.take(clock.now()); left; left = backlog.take(clock.now())) backlog.lose(left);
    },
  };
}
