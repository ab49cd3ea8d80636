import type { AssuranceLevel, Instant, OAuthError, UserId } from '@argus/contract';
import { isAtLeast } from '../session/assurance.ts';
import type { Session } from '../session/session.ts';
import { sessionValidity } from '../session/validity.ts';
import type { User } from '../user/user.ts';
import type { AuthorizationRequest } from './authorization-request.ts';
import type { Client } from './client.ts';
import type { Consent } from './grant.ts';

export interface AuthorizationFacts {
  readonly request: AuthorizationRequest;
  readonly client: Client;
  /** Whatever this browser holds, of any tenant and in any state. */
  readonly session: { readonly session: Session; readonly user: User } | null;
  /** What this person agreed to with this client. */
  readonly consent: Consent | null;
  /** Null when the request has just arrived: nothing that the person did can have been an answer to it. */
  readonly continuation: Continuation | null;
  /** Whom a verified `id_token_hint` names. */
  readonly hintedSubject: string | null;
  /**
   * Whether the session rests on what policy wants for this person at this client: it does, its person can prove more, or
   * lacks what it would take and has to set it up at the sign-in.
   */
  readonly strength: 'enough' | 'provable' | 'lacking';
  /** The highest level that a person can prove here. */
  readonly reachable: AssuranceLevel;
  readonly now: Instant;
}

/** A request that the person was already asked something about. */
export interface Continuation {
  readonly startedAt: Instant;
  /** The account that the person said to go on with. */
  readonly chosenUserId: UserId | null;
  /** Who said yes to this very request. */
  readonly agreedUserId: UserId | null;
}

type Interaction =
  | { readonly kind: 'sign-in' }
  | { readonly kind: 'step-up'; readonly reason: 'fresh' | 'stronger' }
  | { readonly kind: 'choose-account' }
  | { readonly kind: 'consent'; readonly scope: readonly string[] };

export type AuthorizationDecision =
  | { readonly kind: 'issue' }
  | Interaction
  | { readonly kind: 'error'; readonly error: OAuthError };

/** What must happen before a code is issued, if one may be: the first thing that is missing, or the error. */
export function decideAuthorization(facts: AuthorizationFacts): AuthorizationDecision {
  const missing = firstMissing(facts);
  if (missing === null) return { kind: 'issue' };
  if (missing.kind === 'error' || !facts.request.prompt.includes('none')) return missing;
  return { kind: 'error', error: silentErrorOf(missing) };
}

/** OIDC Core §3.1.2.6: how a request that may show nothing is told what it would have taken. */
function silentErrorOf(missing: Interaction): OAuthError {
  switch (missing.kind) {
    case 'sign-in':
      return 'login_required';
    case 'step-up':
      return missing.reason === 'fresh' ? 'login_required' : 'interaction_required';
    case 'choose-account':
      return 'account_selection_required';
    case 'consent':
      return 'consent_required';
  }
}

function firstMissing(facts: AuthorizationFacts): Exclude<AuthorizationDecision, { kind: 'issue' }> | null {
  const { request, reachable } = facts;
  const held = liveSession(facts);
  const isAsked = request.acrValues.length > 0;
  const isMet = held !== null && request.acrValues.some((level) => isAtLeast(held.session.acr, level));
  // RFC 9470 §5: told at once, before anybody signs in for nothing.
  if (isAsked && !isMet && !request.acrValues.some((level) => isAtLeast(reachable, level)))
    return { kind: 'error', error: 'unmet_authentication_requirements' };
  if (held === null) return { kind: 'sign-in' };
  if (facts.hintedSubject !== null && facts.hintedSubject !== held.user.id)
    // OIDC Core §3.1.2.1: another person than the one who was meant signed in to answer this.
    return isSince(held.session.createdAt, facts)
      ? { kind: 'error', error: 'login_required' }
      : { kind: 'sign-in' };
  if (request.prompt.includes('select_account') && !isChosen(facts, held)) return { kind: 'choose-account' };
  if (facts.strength === 'lacking')
    // Who signed in for this very request was asked to set up what is missing, where there is a way to.
    return isSince(held.session.createdAt, facts)
      ? { kind: 'error', error: 'unmet_authentication_requirements' }
      : { kind: 'sign-in' };
  if ((isAsked && !isMet) || facts.strength === 'provable') return { kind: 'step-up', reason: 'stronger' };
  if (!isFresh(facts, held.session)) return { kind: 'step-up', reason: 'fresh' };
  return isAgreed(facts, held) ? null : { kind: 'consent', scope: request.scope };
}

type Held = NonNullable<AuthorizationFacts['session']>;

/** A session of another tenant is as good as none for this client. */
function liveSession({ session: held, client, now }: AuthorizationFacts): Held | null {
  if (held === null || held.user.tenant !== client.tenant) return null;
  return sessionValidity(held.session, held.user.status, now).isValid ? held : null;
}

function isSince(at: Instant, { continuation }: AuthorizationFacts): boolean {
  return continuation !== null && at >= continuation.startedAt;
}

/** Who signs in to answer the request has chosen the account by that. */
function isChosen(facts: AuthorizationFacts, { session, user }: Held): boolean {
  const chosen = facts.continuation?.chosenUserId ?? null;
  return chosen === null ? isSince(session.createdAt, facts) : chosen === user.id;
}

/** Seconds are whole on both sides, as the client will compare them with `auth_time`. */
function isFresh(facts: AuthorizationFacts, { authenticatedAt }: Session): boolean {
  const { request, client, now } = facts;
  const maxAge = request.maxAgeSeconds ?? client.settings.defaultMaxAgeSeconds;
  // OIDC Core §3.1.2.1: max_age=0 says the same as prompt=login.
  if ((request.prompt.includes('login') || maxAge === 0) && !isSince(authenticatedAt, facts)) return false;
  if (maxAge === null || maxAge === 0) return true;
  return Math.floor(now / 1000) - Math.floor(authenticatedAt / 1000) <= maxAge;
}

function isAgreed(facts: AuthorizationFacts, { user }: Held): boolean {
  const { request, client, consent, now } = facts;
  // ASVS 10.7.1: nobody vouches for a client that registered itself, so its people are asked each time.
  const isAlways = client.source === 'registration' || request.prompt.includes('consent');
  if (client.settings.consent === 'implicit' && !isAlways) return true;
  if (consent === null || consent.userId !== user.id || consent.clientId !== client.id) return false;
  if (consent.expiresAt !== null && now >= consent.expiresAt) return false;
  // By time alone the answer to one request would be taken for one to any that was made before, by whomever.
  if (isAlways && facts.continuation?.agreedUserId !== user.id) return false;
  return (
    request.scope.every((scope) => consent.scope.includes(scope)) &&
    request.resources.every((resource) => consent.resources.includes(resource))
  );
}
