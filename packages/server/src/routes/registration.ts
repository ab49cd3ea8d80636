import { endpoints } from '@argus/contract';
import { registeredClient } from '../flows/client-metadata.ts';
import { registerClient } from '../flows/register-client.ts';
import { isOAuthRefused, oauthJson, oauthRefusal } from '../http/oauth-answer.ts';
import type { Route } from '../http/route.ts';

export const registrationRoutes: readonly Route[] = [
  {
    method: 'POST',
    path: endpoints.registerClient.path,
    accepts: 'foreign-json',
    speaks: 'oauth',
    endpoint: endpoints.registerClient,
    async handle(services, { tenant, origin, body }) {
      const outcome = await registerClient(services, { tenant, origin, said: body });
      if (isOAuthRefused(outcome)) return oauthRefusal(outcome);
      const { client, secret } = outcome;
      return oauthJson(201, {
        ...registeredClient(client),
        // RFC 7591 §3.2.1: 0 says that it does not expire.
        ...(secret === null ? {} : { client_secret: secret, client_secret_expires_at: 0 }),
        ...statementOf(body),
      });
    },
  },
];

/** RFC 7591 §3.2.1: a statement that counted is returned as it came. */
function statementOf(body: unknown): { readonly software_statement?: unknown } {
  return typeof body === 'object' && body !== null && 'software_statement' in body
    ? { software_statement: body.software_statement }
    : {};
}
