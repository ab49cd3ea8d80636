import { setTimeout as sleep } from 'node:timers/promises';

/** Where time comes from. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() };

/** Resolves after `milliseconds`; keeps the process alive meanwhile. */
export async function pause(milliseconds: number): Promise<void> {
  await sleep(milliseconds);
}

/** Settles as `work` does, or resolves to `'late'` after `milliseconds`, whichever is first. */
export async function within<T>(milliseconds: number, work: Promise<T>): Promise<T | 'late'> {
  const timer = new AbortController();
  const late = sleep(milliseconds, 'late' as const, { signal: timer.signal });
  late.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    timer.abort();
  }
}

/** Run `work` at the end of this turn of the event loop, after all that has arrived in it. */
export function atEndOfTurn(work: () => void): void {
  setImmediate(work);
}

/** Work that is to come. */
export interface Waiting {
  cancel(): void;
}

/** Do this in so many milliseconds. */
export function after(ms: number, work: () => void): Waiting {
  const timer = setTimeout(work, ms);
  return { cancel: () => clearTimeout(timer) };
}
