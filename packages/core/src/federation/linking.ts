import type { Identity } from './identity.ts';

/** What a person can sign in with. */
export interface WaysIn {
  readonly hasPassword: boolean;
  readonly hasPasskey: boolean;
  readonly identities: readonly WayIn[];
}

export interface WayIn extends Pick<Identity, 'issuer' | 'subject'> {
  /** Its provider exists still. */
  readonly isUsable: boolean;
}

/** Whether an identity may be taken away: it must be this person's, and something else must be left to sign in with. */
export function judgeDisconnect(
  { hasPassword, hasPasskey, identities }: WaysIn,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
): 'may' | 'unknown' | 'last-way-in' {
  const isThis = (way: WayIn) => way.issuer === issuer && way.subject === subject;
  const way = identities.find(isThis);
  if (!way) return 'unknown';
  const isElseLeft =
    hasPassword || hasPasskey || identities.some((other) => other.isUsable && !isThis(other));
  return isElseLeft || !way.isUsable ? 'may' : 'last-way-in';
}
