import type { ApplyDocument, ExportedDocument, LeftOut, TenantId } from '@argus/contract';
import type { Client, Tenant } from '@argus/core';
import {
  clientsOfTenant,
  type Page,
  type PageRequest,
  policyVersion,
  providersOfTenant,
  resourcesOfTenant,
  type ServiceRecord,
  servicesOfTenant,
  tenantById,
  tenantsOfInstallation,
} from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

export interface ExportedConfiguration {
  readonly document: ExportedDocument;
  readonly leftOut: readonly LeftOut[];
}

/**
 * What is declared, so that applying it here changes nothing: each part is written as it is compared. What would mean
 * something else in another installation is left out, and told.
 */
export async function exportConfiguration(
  services: Services,
  only: TenantId | undefined,
): Promise<ExportedConfiguration | Refused> {
  const tenants = await tenantsToExport(services, only);
  if (tenants.length === 0) return { refused: 'not_found' };
  const document: ExportedDocument = { tenants: [], resources: [], clients: [], providers: [], services: [] };
  const leftOut: LeftOut[] = [];
  for (const tenant of tenants) {
    document.tenants.push(await declaredTenant(services, tenant));
    await addResources(services, tenant.id, document);
    await addClients(services, tenant.id, { document, leftOut });
    await addProviders(services, tenant.id, document);
    await addServices(services, tenant.id, { document, leftOut });
  }
  return { document, leftOut };
}

/** One that is being erased is on its way out, with all that it declared. */
async function tenantsToExport({ store }: Services, only: TenantId | undefined): Promise<readonly Tenant[]> {
  if (only === undefined)
    return (await everything((ask) => tenantsOfInstallation(store.pool, ask))).filter(
      ({ status }) => status !== 'erasing',
    );
  const tenant = await tenantById(store.pool, only);
  return tenant === null || tenant.status === 'erasing' ? [] : [tenant];
}

async function declaredTenant(
  { store }: Services,
  { id, name, hosts, domains, plan, addOns }: Tenant,
): Promise<ApplyDocument['tenants'][number]> {
  const policy = await policyVersion(store.pool, id);
  // Where nobody decided there is nothing to declare.
  const settings = { name, hosts: [...hosts], domains: [...domains], plan, addOns: [...addOns] };
  const declared = { id, ...settings };
  return policy === null || policy.author === null ? declared : { ...declared, policy: policy.document };
}

async function addResources({ store }: Services, tenant: TenantId, into: ExportedDocument): Promise<void> {
  const resources = await everything((ask) => resourcesOfTenant(store.pool, tenant, ask));
  into.resources.push(...resources.map(({ id, settings }) => ({ tenant, id, ...settings })));
}

/** A document, and what did not come into it. */
interface Filled {
  readonly document: ExportedDocument;
  readonly leftOut: LeftOut[];
}

async function addClients({ store }: Services, tenant: TenantId, into: Filled): Promise<void> {
  for (const client of await everything((ask) => clientsOfTenant(store.pool, tenant, ask))) {
    const reason = whyLeftOut(client);
    if (reason) into.leftOut.push({ what: 'client', name: client.id, reason });
    else into.document.clients.push({ tenant, id: client.id, ...client.settings });
  }
}

function whyLeftOut({ status, source }: Client): LeftOut['reason'] | null {
  if (source === 'registration') return 'registered-itself';
  return status === 'disabled' ? 'disabled' : null;
}

async function addProviders({ store }: Services, tenant: TenantId, into: ExportedDocument): Promise<void> {
  const providers = await everything((ask) => providersOfTenant(store.pool, tenant, ask));
  into.providers.push(...providers.map(({ id, settings }) => ({ tenant, id, ...settings })));
}

async function addServices({ store }: Services, tenant: TenantId, into: Filled): Promise<void> {
  for (const record of await everything((ask) => servicesOfTenant(store.pool, tenant, ask))) {
    const { id: name, status } = record.service;
    if (status === 'disabled') into.leftOut.push({ what: 'service', name, reason: 'disabled' });
    else into.document.services.push(declaredService(record, into.leftOut));
  }
}

function declaredService(
  { service, keys }: ServiceRecord,
  leftOut: LeftOut[],
): ApplyDocument['services'][number] {
  const { tenant, id, name, permissions } = service;
  const declared = { tenant, id, ...(name === null ? {} : { name }), permissions: [...permissions] };
  if (keys.some(({ expiresAt }) => expiresAt !== null)) {
    // A document without keys leaves those that are known alone; one with them would let them hold for good elsewhere.
    leftOut.push({ what: 'service', name: id, reason: 'keys-that-expire' });
    return declared;
  }
  if (keys.length === 0) return declared;
  type Keys = NonNullable<ApplyDocument['services'][number]['publicKeys']>;
  return { ...declared, publicKeys: keys.map(({ jwk }) => jwk) as Keys }; // kept only in the form that the contract gives them
}

async function everything<T>(page: (ask: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const next: Page<T> = await page({ limit: 100, cursor: cursor ?? undefined });
    items.push(...next.items);
    cursor = next.nextCursor;
  } while (cursor !== null);
  return items;
}
