import {
  type AssuranceLevel,
  type AuthenticationMethod,
  authenticationMethods,
  type Instant,
  type ProviderSettings,
} from '@argus/contract';

/** What a provider tells of how somebody signed in there (OIDC Core §2, RFC 8176). */
export interface UpstreamAuthentication {
  readonly acr: string | null;
  readonly amr: readonly string[];
  /** Its `auth_time`; null when it tells none. */
  readonly authenticatedAt: Instant | null;
}

export interface FederatedAssurance {
  readonly amr: readonly AuthenticationMethod[];
  readonly acr: AssuranceLevel;
  readonly authenticatedAt: Instant;
}

/**
 * What a proof made elsewhere counts for here. Only values that an administrator named lift it over a single factor;
 * a provider that says nothing has proved one (ASVS 6.8.4).
 */
export function federatedAssurance(
  said: UpstreamAuthentication,
  mapping: ProviderSettings['assurance'],
  now: Instant,
): FederatedAssurance {
  const isTwoFactors =
    (said.acr !== null && mapping.aal2Acr.includes(said.acr)) ||
    said.amr.some((method) => mapping.aal2Amr.includes(method));
  const proved = authenticationMethods.filter(
    (method) => method !== 'fed' && method !== 'mfa' && said.amr.includes(method),
  );
  // A clock that goes ahead there must not make a sign-in younger than it can be here.
  const authenticatedAt = Math.min(said.authenticatedAt ?? now, now);
  if (isTwoFactors) return { amr: ['fed', ...proved, 'mfa'], acr: 'urn:argus:aal2', authenticatedAt };
  // Two methods side by side would read as two factors to whoever looks at `amr` alone.
  return { amr: proved.length === 1 ? ['fed', ...proved] : ['fed'], acr: 'urn:argus:aal1', authenticatedAt };
}

/** Clocks of two hosts, and whole seconds. */
const skewMs = 30_000;

/** Whether a provider proved somebody again since it was asked to; one that does not say when proved nothing. */
export function isProvedSince({ authenticatedAt }: UpstreamAuthentication, askedAt: Instant): boolean {
  return authenticatedAt !== null && authenticatedAt >= askedAt - skewMs;
}
