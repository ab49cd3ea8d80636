import { defaultTenant, type TenantId } from '@argus/contract';
import type { Tenant } from '@argus/core';
import type { Config } from '../config/config.ts';
import type { ClientBook } from '../oauth/client/client-book.ts';
import type { ServiceBook } from '../service/service-book.ts';
import type { Services } from '../services.ts';
import type { TenantDirectory } from './tenant-directory.ts';

/** Which tenants are served at an address: its own alone, or all that have none of their own. */
export interface Serving {
  readonly tenants: TenantDirectory;
  /** The tenant whose host was called; null: the address of the installation. */
  readonly hostTenant: TenantId | null;
}

/**
 * Whether this address serves a tenant. What was signed or sealed at another address opens nothing of it here, even
 * where the same keys are used.
 */
export async function isServedHere({ tenants, hostTenant }: Serving, tenant: TenantId): Promise<boolean> {
  if (hostTenant !== null) return hostTenant === tenant;
  if (tenant === defaultTenant) return true;
  const known = await tenants.find(tenant);
  return known === null || known.hosts.length === 0;
}

/** The services as they are for requests at the host of a tenant, or for what is done in its name. */
export function servicesAt(services: Services, tenant: Tenant): Services {
  const [host] = tenant.hosts;
  if (host === undefined || services.hostTenant === tenant.id) return services;
  const { rpId: _, ...config } = services.config;
  const issuer = issuerAt(config, host);
  const serving = { tenants: services.tenants, hostTenant: tenant.id };
  return {
    ...services,
    ...serving,
    // Passkeys are for the name that people see, and cookies change something from there alone.
    config: { ...config, issuer, origins: [issuer] },
    clients: clientsServed(services.clientsAnywhere, serving),
    serviceBook: servicesServed(services.servicesAnywhere, serving),
  };
}

/** The services with which something is done in the name of a tenant, wherever it was asked for: its links lead to its host. */
export async function actingFor(services: Services, tenant: TenantId): Promise<Services> {
  const known = tenant === defaultTenant ? null : await services.tenants.find(tenant);
  return known ? servicesAt(services, known) : services;
}

/** What stands as `iss` in all that is signed for a tenant. */
export async function issuerOf(
  { tenants, config }: { readonly tenants: TenantDirectory; readonly config: Pick<Config, 'issuer'> },
  tenant: TenantId,
): Promise<string> {
  const host = tenant === defaultTenant ? undefined : (await tenants.find(tenant))?.hosts[0];
  return host === undefined ? config.issuer : issuerAt(config, host);
}

/** The same scheme and port under another name. */
export function issuerAt({ issuer }: Pick<Config, 'issuer'>, host: string): string {
  const url = new URL(issuer);
  url.hostname = host;
  return url.origin;
}

/** The clients of the tenants that are served here; there are no others. */
export function clientsServed(book: ClientBook, serving: Serving): ClientBook {
  return {
    ...book,
    async find(id) {
      const client = await book.find(id);
      return client && (await isServedHere(serving, client.tenant)) ? client : null;
    },
  };
}

/** The same of services. */
export function servicesServed(book: ServiceBook, serving: Serving): ServiceBook {
  return {
    ...book,
    async find(keyId) {
      const known = await book.find(keyId);
      return known && (await isServedHere(serving, known.service.tenant)) ? known : null;
    },
  };
}
