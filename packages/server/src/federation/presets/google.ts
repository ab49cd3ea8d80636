import { domainOf } from '@argus/core';
import { standardAsks, standardProfile, textOf } from './oidc.ts';
import type { Preset } from './preset.ts';

/** Google accounts and Google Workspace: https://developers.google.com/identity/openid-connect/openid-connect */
export const google: Preset = {
  asks: (settings, wish) => ({
    ...standardAsks(settings, wish),
    // Browsers are signed in to several accounts there, and the first one is seldom meant.
    prompt: 'select_account',
    // A hint for the account chooser; whose account it is, the answer says.
    ...(settings.domains.length === 1 ? { hd: settings.domains[0] ?? '' } : {}),
  }),
  profile(claims) {
    const profile = standardProfile(claims);
    return {
      ...profile,
      isEmailConfirmed: profile.isEmailConfirmed && isAuthoritative(profile.email, claims.hd),
    };
  },
};

/**
 * Google keeps addresses of others as names of accounts, long after they changed hands. It answers only for its own
 * mailboxes and those of a Workspace, which `hd` names.
 */
function isAuthoritative(email: string | null, hosted: unknown): boolean {
  const domain = email === null ? null : domainOf(email);
  return domain === 'gmail.com' || (domain !== null && textOf(hosted) !== null);
}
