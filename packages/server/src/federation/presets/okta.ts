import { standardAsks, standardProfile } from './oidc.ts';
import type { Preset } from './preset.ts';

/** What Okta knows: https://developer.okta.com/docs/guides/step-up-authentication/main/#predefined-parameter-values */
const knownLevels: ReadonlySet<string> = new Set(['phr', 'phrh', 'urn:okta:loa:2fa:any']);

/** Okta. */
export const okta: Preset = {
  asks(settings, wish) {
    const { acr_values: values, ...asked } = standardAsks(settings, wish);
    // To a value of any other kind Okta answers an error.
    const levels = (values ?? '').split(' ').filter((level) => knownLevels.has(level));
    return levels.length === 0 ? asked : { ...asked, acr_values: levels.join(' ') };
  },
  profile: standardProfile,
};
