import { standardAsks, standardProfile, textOf } from './oidc.ts';
import type { Preset } from './preset.ts';

const guid = '[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}';
const ofTenant = new RegExp(`^https://login\\.microsoftonline\\.com/(${guid})/v2\\.0$`);
/** Where people of many tenants come together; each gets tokens from the issuer of their own. */
const shared = /^https:\/\/login\.microsoftonline\.com\/(common|organizations|consumers)\/v2\.0$/;
const template = 'https://login.microsoftonline.com/{tenantid}/v2.0';

/** Microsoft Entra ID: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference */
export const microsoft: Preset = {
  speaksFor: ({ issuer }, found) =>
    found === issuer || (shared.test(issuer) && (found === template || ofTenant.test(found))),
  // The library has put `tid` into the template; that it is a tenant's name, and no path, it did not ask.
  isCredible: ({ iss, tid }) => typeof iss === 'string' && ofTenant.exec(iss)?.[1] === tid,
  asks: (settings, wish) => ({
    ...standardAsks(settings, wish),
    ...(wish.isFresh ? {} : { prompt: 'select_account' }),
  }),
  profile(claims) {
    const { email, name } = standardProfile(claims);
    // An administrator of any tenant may write any address there; `xms_edov` says that the domain is the tenant's.
    const isOwned = [true, 1, '1', 'true'].some((yes) => claims.xms_edov === yes);
    return { email, isEmailConfirmed: isOwned, name: name ?? textOf(claims.preferred_username) };
  },
};
