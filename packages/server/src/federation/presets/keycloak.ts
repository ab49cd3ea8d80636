import { claimsOf, standardAsks, standardProfile, textOf } from './oidc.ts';
import type { Preset } from './preset.ts';

/** Keycloak: https://www.keycloak.org/docs/latest/server_admin/#_step-up-flow */
export const keycloak: Preset = {
  asks(settings, wish) {
    const { acr_values: values, ...asked } = standardAsks(settings, wish);
    if (values === undefined) return asked;
    // `acr_values` is only a wish to Keycloak, which then signs people in at the level that it has; this is a demand.
    const acr = { essential: true, values: settings.assurance.aal2Acr };
    return { ...asked, claims: claimsOf({ acr }) };
  },
  profile(claims) {
    const profile = standardProfile(claims);
    return { ...profile, name: profile.name ?? textOf(claims.preferred_username) };
  },
};
