import { defaultTenant, type TenantId, tenantSchema } from '@argus/contract';
import { canonicalEmail } from '@argus/core';
import { tenantOfAttempt, tenantOfLink } from '@argus/store';
import type { Call, Route } from '../http/route.ts';
import { hashOf } from '../secrets.ts';
import type { Services } from '../services.ts';
import { actingFor, isServedHere } from './address.ts';

type Asking = Pick<Call, 'body' | 'query' | 'cookies'>;

/**
 * The tenant of a call: that of the host; else that of the link it brings, of the sign-in it goes on with, or of the
 * domain of the address it names; else the one that everybody begins in. A client that waits comes before the address,
 * and the pages that know of one say so.
 */
export async function tenantOfCall(
  services: Services,
  { tenantBy }: Pick<Route, 'tenantBy'>,
  call: Asking,
): Promise<TenantId> {
  if (services.hostTenant !== null) return services.hostTenant;
  const found = tenantBy === undefined ? null : await ways[tenantBy](services, call);
  return found !== null && (await isServedHere(services, found)) ? found : defaultTenant;
}

const ways: Readonly<
  Record<NonNullable<Route['tenantBy']>, (services: Services, call: Asking) => Promise<TenantId | null>>
> = {
  async link({ store }, { body, query }) {
    const token = fieldIn(body, 'token') ?? query.token ?? '';
    return token === '' || token.length > 200 ? null : tenantOfLink(store.pool, hashOf(token));
  },
  async attempt({ store, clock }, { cookies }) {
    if (cookies.attempt === undefined) return null;
    return tenantOfAttempt(store.pool, { attemptHash: hashOf(cookies.attempt), now: clock.now() });
  },
  async address({ tenants }, { body }) {
    // What is no address is asked for, too: the work must not tell.
    const domain = domainOf(addressIn(body)) ?? '';
    return (await tenants.ofDomain(domain))?.id ?? null;
  },
};

/**
 * The services with which a call at the address of the installation goes on. What an operator does in a tenant is done
 * in its name: the links lead to its host. What a service signs is meant for the issuer of its tenant, by whatever name
 * it reached this server; whether it is signed is looked at with that.
 */
export async function inNameOf(
  services: Services,
  { endpoint, accepts }: Route,
  { headers, query }: Pick<Call, 'headers' | 'query'>,
): Promise<Services> {
  if (services.hostTenant !== null) return services;
  const isOperated = endpoint?.caller === 'operator' && headers.authorization !== undefined;
  const named = isOperated ? tenantSchema.safeParse(query.tenant).data : undefined;
  const tenant = accepts === 'signed' ? await tenantOfSigner(services, headers) : named;
  return tenant === undefined ? services : actingFor(services, tenant as TenantId); // of the form of one
}

async function tenantOfSigner(
  { servicesAnywhere }: Services,
  { 'signature-input': input }: Call['headers'],
): Promise<TenantId | undefined> {
  const keyId = /;keyid="([A-Za-z0-9_-]{43})"/.exec(String(input ?? ''))?.[1];
  return keyId === undefined ? undefined : (await servicesAnywhere.find(keyId))?.service.tenant;
}

/** The address that a call names. */
export function addressIn(body: unknown): string | undefined {
  return fieldIn(body, 'identifier') ?? fieldIn(body, 'email');
}

/** The domain of an address as people type it; null when it is no address. */
export function domainOf(typed: string | undefined): string | null {
  const email = typed === undefined || typed.length > 320 ? null : canonicalEmail(typed);
  return email === null ? null : email.slice(email.lastIndexOf('@') + 1);
}

/** A field of JSON or of a form. */
function fieldIn(body: unknown, name: string): string | undefined {
  const value = typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
