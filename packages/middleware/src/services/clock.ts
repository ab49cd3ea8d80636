import type { Clock } from '@argus/tokens';

/** The machine's own time. */
export const systemClock: Clock = { now: () => Date.now() };

/** Do this in so many milliseconds, without keeping the process for it. */
export function after(ms: number, work: () => void): { cancel(): void } {
  const timer = setTimeout(work, ms);
  timer.unref();
  return { cancel: () => clearTimeout(timer) };
}

/** Resolves after `ms`, or at once when `signal` aborts; does not keep the process. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  const waiting = after(ms, resolve);
  const wake = () => resolve();
  signal.addEventListener('abort', wake, { once: true });
  // A signal that lives as long as the process must not keep a listener of every pause there ever was.
  return promise.finally(() => {
    waiting.cancel();
    signal.removeEventListener('abort', wake);
  });
}

/** Aborts after `ms`. */
export function deadline(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}
