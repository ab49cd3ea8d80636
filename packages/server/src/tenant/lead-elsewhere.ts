import type { Answer } from '../http/answer.ts';
import type { Call, Route } from '../http/route.ts';
import { sealedOf } from '../oauth/authorization/page-request.ts';
import { framed } from '../pages/frame.ts';
import { html } from '../pages/html.ts';
import type { Services } from '../services.ts';
import { servicesAt } from './address.ts';
import { addressIn, domainOf } from './tenant-of-call.ts';

/**
 * Where somebody types an address of a domain whose tenant has a host of its own, that is where they sign in. What else
 * the form holds is not looked at: it would be another account's. A client that waits here has its tenant here.
 */
export async function leadElsewhere(
  services: Services,
  route: Pick<Route, 'tenantBy' | 'accepts' | 'path'>,
  call: Call,
): Promise<Answer | null> {
  if (services.hostTenant !== null || route.tenantBy !== 'address' || route.accepts !== 'form') return null;
  if (sealedOf(call) !== undefined) return null;
  const domain = domainOf(addressIn(call.body));
  const tenant = domain === null ? null : await services.tenants.ofDomain(domain);
  if (!tenant?.hosts[0]) return null;
  const { issuer } = servicesAt(services, tenant).config;
  const { host } = new URL(issuer);
  const location = `${issuer}${route.path}`;
  // Not by a redirect: a form of this page may end at this origin alone (CSP 3 §6.4.2).
  const page = framed({
    heading: 'Your organisation signs in elsewhere',
    shape: 'narrow',
    body: html`<h1>Your organisation signs in elsewhere</h1>
<p class="lead">Go on at <bdi>${host}</bdi>. What you typed here was not looked at.</p>
<p class="way-on"><a class="button primary" href="${location}">Continue</a></p>`,
  });
  return { status: 200, html: page, headers: { refresh: `0;url=${location}` } };
}
