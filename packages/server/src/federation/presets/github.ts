import { textOf } from './oidc.ts';
import type { Claims, Preset } from './preset.ts';

/**
 * GitHub, and GitHub Enterprise Server under any other issuer. It speaks OAuth 2.0 without ID tokens, so who somebody
 * is comes from its API: https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps
 */
export const github: Preset = {
  metadata: ({ issuer }) => ({
    issuer,
    authorization_endpoint: `${issuer}/login/oauth/authorize`,
    token_endpoint: `${issuer}/login/oauth/access_token`,
    token_endpoint_auth_methods_supported: ['client_secret_post'],
  }),
  asks: (_settings, { loginHint }) => ({
    ...(loginHint === null ? {} : { login: loginHint }),
    prompt: 'select_account',
  }),
  profile: ({ email, name, login }) => ({
    email: textOf(email),
    // Only a confirmed address became a claim.
    isEmailConfirmed: textOf(email) !== null,
    name: textOf(name) ?? textOf(login),
  }),
  async fetchClaims({ issuer, scopes }, get): Promise<Claims> {
    const api = issuer === 'https://github.com' ? 'https://api.github.com' : `${issuer}/api/v3`;
    const person = objectOf(await get(`${api}/user`));
    const mayReadEmail = scopes.some((scope) => scope === 'user' || scope === 'user:email');
    const emails = mayReadEmail ? await get(`${api}/user/emails`) : [];
    // `login` may change and be taken by another person; the number never is.
    const isNumber = typeof person.id === 'number' && Number.isSafeInteger(person.id) && person.id > 0;
    return {
      sub: isNumber ? String(person.id) : null,
      name: person.name,
      login: person.login,
      email: primaryEmail(emails),
    };
  },
};

/** What the profile itself shows as an address is a text that anyone can write there. */
function primaryEmail(emails: unknown): unknown {
  if (!Array.isArray(emails)) return null;
  const primary = emails.map(objectOf).find((each) => each.primary === true && each.verified === true);
  return primary?.email ?? null;
}

function objectOf(value: unknown): Claims {
  return typeof value === 'object' && value !== null ? (value as Claims) : {}; // any object is a record of unknowns
}
