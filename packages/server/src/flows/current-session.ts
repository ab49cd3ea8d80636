import { argusClient, type GrantId, type SessionId, type TenantId, type UserId } from '@argus/contract';
import { lifetimeUnder, limitsOf, type RefreshFacts, sessionValidity, subjectOf } from '@argus/core';
import { isOfPerson, verifyAccessToken, verifyRefreshToken } from '@argus/tokens';
import type { Refused } from '../http/answer.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { isServedHere } from '../tenant/address.ts';
import { missingProof } from './missing-proof.ts';
import { sessionOver } from './session-over.ts';

/** The live session behind a request, read from the database: Argus itself never trusts a token alone. */
export interface Current extends RefreshFacts {
  readonly tenant: TenantId;
  /** End of the access token that was shown. */
  readonly accessExpiresAt: number;
}

/**
 * Who asks, by access cookie. An ended session is refused at once, whatever its token says; one that has proved less than
 * policy asks by now is refused with what is missing, but where its person proves it or leaves.
 */
export async function currentSession(
  services: Services,
  cookies: Cookies,
  { mayLackProof = false }: { readonly mayLackProof?: boolean | undefined } = {},
): Promise<Current | Refused> {
  const claims = accessClaims(services, cookies);
  if (!claims) return { refused: 'session_required' };
  const tenant = claims.tenant as TenantId; // we signed it
  if (!(await isServedHere(services, tenant))) return { refused: 'session_required' };
  const facts = await services.store.refreshFacts({ tenant, grantId: claims.gid as GrantId });
  if (!facts || facts.session.id !== claims.sid) return { refused: 'session_ended' };
  const now = services.clock.now();
  const policy = await services.policies.of(tenant, facts.policyVersion);
  const effective = policy.resolve(subjectOf(facts.user, facts.session));
  const limits = limitsOf(effective.session, facts.session);
  // The row may be older than the policy: whoever reads it judges by what holds now.
  const session = lifetimeUnder(facts.session, limits);
  const isLive = sessionValidity(session, facts.user.status, now).isValid;
  if (!isLive || facts.grant.status !== 'active') return sessionOver({ ...facts, session }, now);
  const missing = mayLackProof ? null : missingProof(session, effective.authentication);
  if (missing) return missing;
  return { ...facts, session, tenant, accessExpiresAt: claims.exp * 1000 };
}

/** The claims of a good access cookie of our own; null otherwise. */
export function accessClaims({ keys, config, clock }: Services, cookies: Cookies) {
  if (!cookies.access) return null;
  const { issuer } = config;
  const verified = verifyAccessToken(keys.ring(), cookies.access, {
    issuer,
    audience: issuer,
    now: clock.now(),
  });
  // Our own token from the future: this clock was set back since. The session is read anyway.
  const claims = verified.ok || verified.rejection === 'not-yet-valid' ? verified.claims : undefined;
  return claims && isOfPerson(claims) && isOwn(claims) ? claims : null;
}

/** Only Argus's own tokens are cookies: what an application holds must not open the account page. */
function isOwn({ client_id: clientId }: { readonly client_id: string }): boolean {
  return clientId === argusClient;
}

/**
 * Which session this browser holds, by its access token or else its refresh token, even an expired one. Enough to end
 * it, never to act in it.
 */
export function heldSession(
  services: Services,
  cookies: Cookies,
): { readonly tenant: TenantId; readonly sessionId: SessionId; readonly userId: UserId } | null {
  const claims = accessClaims(services, cookies) ?? refreshClaims(services, cookies);
  if (!claims) return null;
  const { tenant, sid, sub } = claims;
  return { tenant: tenant as TenantId, sessionId: sid as SessionId, userId: sub as UserId }; // we signed them
}

function refreshClaims({ keys, config, clock }: Services, { refresh }: Cookies) {
  if (!refresh) return null;
  const verified = verifyRefreshToken(keys.ring(), refresh, { issuer: config.issuer, now: clock.now() });
  const claims = verified.ok || verified.rejection === 'expired' ? verified.claims : undefined;
  return claims && isOwn(claims) ? claims : null;
}
