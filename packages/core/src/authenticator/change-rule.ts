import type { AssuranceLevel, Instant } from '@argus/contract';
import type { AuthenticationPolicy } from '../policy/policy.ts';
import { isAtLeast } from '../session/assurance.ts';
import type { Session } from '../session/session.ts';
import { type Enrolled, hasSecondFactor } from './authenticator.ts';

/** What a sensitive operation asks of a session: a level, and a proof that is not older than that. */
export interface Requirement {
  readonly acr: AssuranceLevel;
  readonly maxAgeSeconds: number;
}

/**
 * What it takes to change authenticators, address or sessions of others: the strongest that this person can show,
 * shown lately (ASVS 7.5.1). Whoever has one factor shows that one.
 */
export function requirementFor(
  enrolled: Pick<Enrolled, 'hasTotp' | 'passkeys'>,
  { stepUp }: Pick<AuthenticationPolicy, 'stepUp'>,
): Requirement {
  const acr = hasSecondFactor(enrolled) ? 'urn:argus:aal2' : 'urn:argus:aal1';
  return { acr, maxAgeSeconds: stepUp.maxAgeSeconds };
}

/** Whether a session meets it now. */
export function isMet(
  session: Pick<Session, 'acr' | 'authenticatedAt'>,
  requirement: Requirement,
  now: Instant,
): boolean {
  return isFresh(session, requirement, now) && isAtLeast(session.acr, requirement.acr);
}

/**
 * Whether a session may set factors up and take them away. A sign-in with a recovery code may for as long as it is
 * fresh: it is how somebody who lost a factor gets another, and it opens nothing else.
 */
export function mayEnrolIn(
  session: Pick<Session, 'acr' | 'amr' | 'authenticatedAt'>,
  requirement: Requirement,
  now: Instant,
): boolean {
  return (
    isMet(session, requirement, now) || (session.amr.includes('rec') && isFresh(session, requirement, now))
  );
}

function isFresh(
  { authenticatedAt }: Pick<Session, 'authenticatedAt'>,
  { maxAgeSeconds }: Requirement,
  now: Instant,
): boolean {
  return now - authenticatedAt <= maxAgeSeconds * 1000;
}
