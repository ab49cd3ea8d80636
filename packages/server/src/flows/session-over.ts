import type { Instant } from '@argus/contract';
import { endAsTold, type Session, sessionValidity, type User } from '@argus/core';
import type { Refused } from '../http/answer.ts';

/** The refusal of a session that is over, with the reason where whoever shows its token may hear it. */
export function sessionOver(
  { session, user }: { readonly session: Session; readonly user: Pick<User, 'status'> },
  now: Instant,
): Refused {
  const validity = sessionValidity(session, user.status, now);
  const endReason = validity.isValid ? null : endAsTold(validity.reason);
  return { refused: 'session_ended', ...(endReason === null ? {} : { endReason }) };
}
