import { activityBounds, type Instant } from '@argus/contract';
import { newName, newSalt, spread } from '../services/secret.ts';
import type { Backlog } from './backlog.ts';
import type { Timers } from './deliver.ts';
import type { Seen } from './recorded-request.ts';
import { openWindow, type Window } from './window.ts';

/** What happens now, window after window. */
export interface Collection {
  add(seen: Seen, now: Instant): void;
  /** End the window: what is in it waits as batches from now on. */
  seal(): void;
  size(): ReturnType<Window['size']>;
}

export interface CollectionParts {
  readonly backlog: Backlog;
  readonly timers: Timers;
  readonly mostBatches: number;
  /** Called when batches wait. */
  wake(): void;
}

/** Sixteen batches: sessions add up for all of five seconds where there are thousands. */
const mostOpenEntries = 4_096;

export function createCollection({ backlog, timers, mostBatches, wake }: CollectionParts): Collection {
  // What comes to wait at once is a quarter of what may wait, at most.
  const mostEntries = Math.min(mostOpenEntries, Math.max(1, mostBatches / 4) * activityBounds.entries);
  let window: Window | null = null;
  let timer: { cancel(): void } | null = null;
  const seal = (): void => {
    timer?.cancel();
    timer = null;
    for (const batch of window?.seal(backlog.takeOwed()) ?? []) backlog.push(batch);
    window = null;
  };
  const sealAndWake = () => {
    seal();
    wake();
  };
  const open = (from: Instant): Window => {
    // The last moment is spared by chance, so that many processes do not report at one moment.
    timer = timers.after(spread(activityBounds.windowMs), sealAndWake);
    return openWindow({ from, grain: backlog.grain(), mostEntries, salt: newSalt(), name: newName });
  };
  return {
    add(seen, now) {
      window ??= open(now);
      if (window.add(seen, now)) return;
      sealAndWake();
      window = open(now);
      window.add(seen, now); // there is room for one
    },
    seal,
    size: () => window?.size() ?? { entries: 0, requests: 0 },
  };
}
