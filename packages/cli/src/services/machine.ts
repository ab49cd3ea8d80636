import { randomBytes } from 'node:crypto';

/** Milliseconds since the Unix epoch, by the clock of this machine. */
export function now(): number {
  return Date.now();
}

/** Chance for one signature, never used again. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** Aborts what waits on the network for longer than `ms`. */
export function deadline(ms: number): AbortSignal {
  return AbortSignal.timeout(ms);
}

/** Resolves after `ms`. */
export function after(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  return promise;
}
