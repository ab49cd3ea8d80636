import { relatedOrigins } from '../authenticators/passkey/relying-party.ts';
import { relyingPartyOf } from '../authenticators/passkey/relying-party-of.ts';
import { seeOther } from '../http/answer.ts';
import type { Route } from '../http/route.ts';

const forEverybody = { 'cache-control': 'public, max-age=300', 'access-control-allow-origin': '*' };

/** Where browsers and password managers look by themselves. */
export const wellKnownRoutes: readonly Route[] = [
  {
    // W3C, A Well-Known URL for Changing Passwords.
    method: 'GET',
    path: '/.well-known/change-password',
    accepts: 'nothing',
    handle: async () => seeOther('/account#password'),
  },
  {
    // W3C, A Well-Known URL for Relying Party Passkey Endpoints.
    method: 'GET',
    path: '/.well-known/passkey-endpoints',
    accepts: 'nothing',
    handle: async ({ config }) => ({
      status: 200,
      json: { enroll: `${config.issuer}/account#passkeys`, manage: `${config.issuer}/account#passkeys` },
      headers: forEverybody,
    }),
  },
  {
    method: 'GET',
    path: '/.well-known/webauthn',
    accepts: 'nothing',
    handle: async (services) => ({
      status: 200,
      json: relatedOrigins(relyingPartyOf(services)),
      headers: forEverybody,
    }),
  },
];
