import type { TenantId } from '@argus/contract';
import { domainOf, type Provider } from '@argus/core';
import { providerForDomain } from '@argus/store';
import type { ShownProvider } from '../pages/index.ts';
import type { Services } from '../services.ts';

/** The providers that the pages of a tenant offer to everybody. */
export async function shownProviders(
  { clients }: Pick<Services, 'clients'>,
  tenant: TenantId,
): Promise<ShownProvider[]> {
  const providers = await clients.providersOf(tenant);
  return providers.map(({ id, settings }) => ({ id, name: settings.name }));
}

/** Where the people of an address's domain sign in. Whether the address has an account is not asked. */
export async function routeByDomain(
  { store }: Pick<Services, 'store'>,
  tenant: TenantId,
  identifier: string,
): Promise<Provider | null> {
  const domain = domainOf(identifier);
  return domain === null ? null : providerForDomain(store.pool, tenant, domain);
}
