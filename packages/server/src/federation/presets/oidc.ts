import type { ProviderSettings } from '@argus/contract';
import type { Claims, Preset, Profile, Wish } from './preset.ts';

/** Any provider that does as OpenID Connect says. */
export const oidc: Preset = { asks: standardAsks, profile: standardProfile };

/**
 * OIDC Core §3.1.2.1: both words for a fresh proof, because `max_age` is what makes `auth_time` a duty to answer. How
 * and when somebody proved who they are, many providers tell only to who asks (§5.5.1).
 */
export function standardAsks(
  { assurance }: Pick<ProviderSettings, 'assurance'>,
  { loginHint, isFresh, takesClaims }: Wish,
): Record<string, string> {
  return {
    ...(loginHint === null ? {} : { login_hint: loginHint }),
    ...(isFresh ? { prompt: 'login', max_age: '0' } : {}),
    ...(isFresh && assurance.aal2Acr.length > 0 ? { acr_values: assurance.aal2Acr.join(' ') } : {}),
    ...(takesClaims ? { claims: claimsOf({ acr: null }) } : {}),
  };
}

/** What an ID token is to tell of the proof, by the `claims` parameter. */
export function claimsOf({ acr }: { readonly acr: object | null }): string {
  return JSON.stringify({ id_token: { acr, amr: null, auth_time: null } });
}

/** OIDC Core §5.1. */
export function standardProfile(claims: Claims): Profile {
  return {
    email: textOf(claims.email),
    isEmailConfirmed: claims.email_verified === true,
    name: textOf(claims.name),
  };
}

/** A claim that should be text, if it is. */
export function textOf(claim: unknown): string | null {
  return typeof claim === 'string' && claim !== '' && claim.length <= 500 ? claim : null;
}
