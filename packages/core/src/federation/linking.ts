import type { Instant } from '@argus/contract';
import type { Session } from '../session/session.ts';
import type { Identity } from './identity.ts';

/** Ways into an account are changed only by whoever proved it this short a time ago (ASVS 7.5.1). */
export const freshForLinkingSeconds = 15 * 60;

export function isFreshForLinking(
  { authenticatedAt }: Pick<Session, 'authenticatedAt'>,
  now: Instant,
): boolean {
  return now - authenticatedAt <= freshForLinkingSeconds * 1000;
}

/** What a person can sign in with. */
export interface WaysIn {
  readonly hasPassword: boolean;
  /** Those whose provider exists still. */
  readonly identities: readonly Pick<Identity, 'issuer' | 'subject'>[];
}

/** Whether an identity may be taken away: it must be this person's, and something else must be left to sign in with. */
export function judgeDisconnect(
  { hasPassword, identities }: WaysIn,
  { issuer, subject }: Pick<Identity, 'issuer' | 'subject'>,
): 'may' | 'unknown' | 'last-way-in' {
  const isThis = (identity: Pick<Identity, 'issuer' | 'subject'>) =>
    identity.issuer === issuer && identity.subject === subject;
  if (!identities.some(isThis)) return 'unknown';
  return hasPassword || identities.some((identity) => !isThis(identity)) ? 'may' : 'last-way-in';
}
