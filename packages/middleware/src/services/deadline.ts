/** Aborts a call that waits on the network for longer than this. */
export function deadline(timeoutMs: number): AbortSignal {
  return AbortSignal.timeout(timeoutMs);
}
