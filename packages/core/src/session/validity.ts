import type { EndReason, Instant, UserStatus } from '@argus/contract';
import type { Session } from './session.ts';

export type Validity = { readonly isValid: true } | { readonly isValid: false; readonly reason: EndReason };

/** Whether a session holds at this instant. Both limits end at the instant itself: `now === expiry` is over. */
export function sessionValidity(session: Session, userStatus: UserStatus, now: Instant): Validity {
  if (session.state === 'ended') return { isValid: false, reason: session.endReason ?? 'signed-out' };
  if (userStatus !== 'active') return { isValid: false, reason: 'user-disabled' };
  if (now >= session.absoluteExpiresAt) return { isValid: false, reason: 'absolute-expired' };
  if (now >= session.idleExpiresAt) return { isValid: false, reason: 'idle-expired' };
  return { isValid: true };
}
