import type { GrantId, TenantId } from '@argus/contract';
import { type RefreshFacts, sessionValidity } from '@argus/core';
import { verifyAccessToken } from '@argus/tokens';
import type { Refused } from '../http/answer.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';

/** The live session behind a request, read from the database: Argus itself never trusts a token alone. */
export interface Current extends RefreshFacts {
  readonly tenant: TenantId;
  /** End of the access token that was shown. */
  readonly accessExpiresAt: number;
}

/** Who asks, by access cookie. An ended session is refused at once, whatever its token says. */
export async function currentSession(services: Services, cookies: Cookies): Promise<Current | Refused> {
  const claims = accessClaims(services, cookies);
  if (!claims) return { refused: 'session_required' };
  const tenant = claims.tenant as TenantId; // we signed it
  const facts = await services.store.refreshFacts({ tenant, grantId: claims.gid as GrantId });
  if (!facts || facts.session.id !== claims.sid) return { refused: 'session_ended' };
  const isLive = sessionValidity(facts.session, facts.user.status, services.clock.now()).isValid;
  if (!isLive || facts.grant.status !== 'active') return { refused: 'session_ended' };
  return { ...facts, tenant, accessExpiresAt: claims.exp * 1000 };
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
  return verified.ok ? verified.claims : null;
}
