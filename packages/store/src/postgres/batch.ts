import { atEndOfTurn } from '../services/clock.ts';
import { isUnavailable } from './unavailable.ts';

/** Work that is gathered while earlier work is in flight, and then sent as one statement. */
export interface Batcher<Item, Outcome> {
  submit(item: Item): Promise<Outcome>;
}

export interface BatchOptions<Item, Outcome> {
  /** Members of one batch at most. */
  readonly size: number;
  /** Batches in flight at most. */
  readonly lanes: number;
  /** Members waiting at most; more are refused with `BatchFull`. */
  readonly waiting: number;
  /** Two members of one key never share a batch, nor run at once. */
  keyOf(item: Item): string;
  /** One outcome for each item, in order. Each member keeps its own guard: one never decides for another. */
  run(items: readonly Item[]): Promise<readonly Outcome[]>;
}

/** Too much work is waiting already. */
export class BatchFull extends Error {
  override name = 'BatchFull';
}

interface Waiting<Item, Outcome> {
  readonly item: Item;
  readonly key: string;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/**
 * An idle lane starts at the end of this turn of the event loop, with all that came in it; what comes while all lanes
 * are busy goes into the next batch.
 */
export function createBatcher<Item, Outcome>(options: BatchOptions<Item, Outcome>): Batcher<Item, Outcome> {
  let queue: Waiting<Item, Outcome>[] = [];
  const running = new Set<string>();
  let busyLanes = 0;
  let isStarting = false;

  function start(): void {
    isStarting = false;
    while (busyLanes < options.lanes) {
      const batch = take();
      if (batch.length === 0) return;
      busyLanes += 1;
      void settle(batch, options).finally(() => {
        for (const { key } of batch) running.delete(key);
        busyLanes -= 1;
        start();
      });
    }
  }

  function take(): Waiting<Item, Outcome>[] {
    const batch: Waiting<Item, Outcome>[] = [];
    const rest: Waiting<Item, Outcome>[] = [];
    for (const waiting of queue) {
      const fits = batch.length < options.size && !running.has(waiting.key);
      if (fits) running.add(waiting.key);
      (fits ? batch : rest).push(waiting);
    }
    queue = rest;
    return batch;
  }

  return {
    submit(item) {
      if (queue.length >= options.waiting) return Promise.reject(new BatchFull('too much work is waiting'));
      const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
      queue.push({ item, key: options.keyOf(item), resolve, reject });
      if (!isStarting && busyLanes < options.lanes) {
        isStarting = true;
        atEndOfTurn(start);
      }
      return promise;
    },
  };
}

async function settle<Item, Outcome>(
  batch: readonly Waiting<Item, Outcome>[],
  options: BatchOptions<Item, Outcome>,
): Promise<void> {
  try {
    const outcomes = await options.run(batch.map(({ item }) => item));
    for (const [at, waiting] of batch.entries()) waiting.resolve(outcomes[at] as Outcome); // run answers one for each
  } catch (error) {
    if (batch.length === 1 || isUnavailable(error)) {
      for (const waiting of batch) waiting.reject(error);
      return;
    }
    // A member that breaks the statement must not take its neighbours with it.
    for (const waiting of batch) await settle([waiting], options);
  }
}
