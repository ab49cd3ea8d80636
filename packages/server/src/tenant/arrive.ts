import { refusalOf } from '@argus/contract';
import type { Tenant } from '@argus/core';
import type { Answer } from '../http/answer.ts';
import { problemAnswer } from '../http/answer.ts';
import type { Route } from '../http/route.ts';
import { messagePage } from '../pages/index.ts';
import type { Services } from '../services.ts';
import { servicesAt } from './address.ts';

interface Arriving {
  /** The `Host` of the request. */
  readonly host: string | undefined;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
}

/**
 * Where a request has come: to the host of a tenant, or to the address of the installation, which any name stands for
 * that is no tenant's. What cannot go on there is answered at once.
 */
export async function arrive(
  services: Services,
  route: Route,
  { host, method, url }: Arriving,
): Promise<{ readonly services: Services } | { readonly answer: Answer }> {
  const tenant = await tenantAtHost(services, host);
  if (!tenant) return { services };
  const here = servicesAt(services, tenant);
  // Its other names lead to the first one: cookies, passkeys and tokens are for one place.
  if (tenant.hosts[0] !== nameIn(host))
    return {
      answer:
        method === 'GET'
          ? { status: 308, headers: { location: `${here.config.issuer}${url}` } }
          : problemAnswer({ refused: 'not_found' }),
    };
  if (tenant.status !== 'active' && !staysOpen(route)) return { answer: suspendedAnswer(route) };
  return { services: here };
}

/** The tenant whose host is called; null at the address of the installation. */
export async function tenantAtHost(
  { config, tenants }: Pick<Services, 'config' | 'tenants'>,
  host: string | undefined,
): Promise<Tenant | null> {
  const name = nameIn(host);
  return name === new URL(config.issuer).hostname ? null : tenants.ofHost(name);
}

function nameIn(host = ''): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/** What others must still hear and verify while nobody gets in, and what the page itself is made of. */
function staysOpen({ path, accepts }: Route): boolean {
  return accepts === 'signed' || /^\/(\.well-known|assets|health)\//.test(path);
}

function suspendedAnswer(route: Route): Answer {
  const { status, sentence } = refusalOf('tenant_suspended');
  const isPage =
    route.accepts === 'form' ||
    route.endpoint?.isPage === true ||
    (!route.endpoint && route.method === 'GET');
  if (!isPage) return problemAnswer({ refused: 'tenant_suspended' });
  return { status, html: messagePage({ title: 'Closed for now', message: sentence }) };
}
