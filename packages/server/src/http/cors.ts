import type { Services } from '../services.ts';
import { tenantAtHost } from '../tenant/arrive.ts';
import type { Route } from './route.ts';

/** What a page of another origin may read; null when nothing. Cookies never count with these calls. */
export async function corsHeaders(
  services: Services,
  { cors }: Pick<Route, 'cors'>,
  { origin, host }: { readonly origin?: string | undefined; readonly host?: string | undefined },
): Promise<Readonly<Record<string, string>> | null> {
  if (cors === 'any') return { 'access-control-allow-origin': '*' };
  if (cors === undefined || origin === undefined) return null;
  // The answer depends on who asks, whether it is given or not.
  const tenant = await tenantAtHost(services, host);
  if (!(await services.clients.isRegisteredOrigin(origin, tenant?.id ?? null))) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate, Retry-After',
    vary: 'Origin',
  };
}

/** The answer to a preflight (Fetch §3.3.3): what may be sent is the same for everyone who may send at all. */
export function preflightHeaders(methods: readonly string[]): Readonly<Record<string, string>> {
  return {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
    'access-control-max-age': '600',
  };
}
