import type { EndReason } from '@argus/contract';

/** Whoever shows the token then may be the thief (RFC 9700 §4.14.2), and hears nothing of what was noticed. */
const untold: ReadonlySet<EndReason> = new Set(['refresh-reuse', 'device-changed', 'code-replayed']);

/** Why a session ended, as far as whoever shows its token may hear it. */
export function endAsTold(reason: EndReason): EndReason | null {
  return untold.has(reason) ? null : reason;
}
