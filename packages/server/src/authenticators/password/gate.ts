/** Too many hashes wait already: memory and the other requests are worth more. */
export class HashingBusy extends Error {
  override name = 'HashingBusy';
}

/** Whoever shows a device that the account knows is served first: strangers alone can fill the queue of strangers. */
export type Asking = 'known' | 'stranger';

export interface Gate {
  /** Do the work when its turn comes. Throws `HashingBusy` when too many wait. */
  run<T>(who: Asking, work: () => Promise<T>): Promise<T>;
  /** Pieces of work in flight and waiting. */
  load(): number;
}

/** At most `width` pieces of work at once, at most `waiting` more of each kind of asker. */
export function createGate({ width, waiting }: { width: number; waiting: number }): Gate {
  const queues: { readonly [Who in Asking]: (() => void)[] } = { known: [], stranger: [] };
  let running = 0;
  const leave = () => {
    const next = queues.known.shift() ?? queues.stranger.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    load: () => running + queues.known.length + queues.stranger.length,
    async run<T>(who: Asking, work: () => Promise<T>): Promise<T> {
      const queue = queues[who];
      if (running < width) running += 1;
      else if (queue.length >= waiting) throw new HashingBusy('too many password hashes are waiting');
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
