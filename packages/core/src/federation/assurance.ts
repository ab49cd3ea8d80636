import { authenticationMethods, type Instant, type ProviderSettings } from '@argus/contract';
import type { Authentication } from '../session/assurance.ts';

/** What a provider tells of how somebody signed in there (OIDC Core §2, RFC 8176). */
export interface UpstreamAuthentication {
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Its `auth_time`; null when it tells none. */
  readonly authenticatedAt: Instant | null;
}

export type FederatedProof = Extract<Authentication, { method: 'fed' }>;

/**
 * What a proof made elsewhere counts for here. Only values that an administrator named lift it over a single factor;
 * a provider that says nothing has proved one (ASVS 6.8.4).
 */
export function federatedAssurance(
  said: UpstreamAuthentication,
  mapping: ProviderSettings['assurance'],
  now: Instant,
): FederatedProof {
  const isTwoFactors =
    (said.acr !== null && mapping.aal2Acr.includes(said.acr)) ||
    said.amr.some((method) => mapping.aal2Amr.includes(method));
  const proved = authenticationMethods.filter(
    (method) => !['fed', 'rec', 'mfa'].includes(method) && said.amr.includes(method),
  );
  // A clock that goes ahead there must not make a sign-in younger than it can be here.
  const provedAt = Math.min(said.authenticatedAt ?? now, now);
  if (isTwoFactors) return { method: 'fed', provedAt, amr: [...proved, 'mfa'], level: 'urn:argus:aal2' };
  // Two methods side by side would read as two factors to whoever looks at `amr` alone.
  return { method: 'fed', provedAt, amr: proved.length === 1 ? proved : [], level: 'urn:argus:aal1' };
}

/** Clocks of two hosts, and whole seconds. */
const skewMs = 30_000;

/** Whether a provider proved somebody again since it was asked to; one that does not say when proved nothing. */
export function isProvedSince({ authenticatedAt }: UpstreamAuthentication, askedAt: Instant): boolean {
  return authenticatedAt !== null && authenticatedAt >= askedAt - skewMs;
}
