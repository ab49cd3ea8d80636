import type { ClientId, TenantId } from '@argus/contract';
import { type Client, clientUnder, type Provider, type Resource } from '@argus/core';
import { clientInForce, isRegisteredOrigin, providersOfTenant, resourcesOf, type Store } from '@argus/store';
import { createKept } from '../../kept.ts';
import type { PolicyBook } from '../../policy/policy-book.ts';
import type { Clock } from '../../services/clock.ts';

/**
 * The clients and resources that requests speak of, as they were at most a second ago: a disabled client is refused
 * within that second even where nothing else would ask the database.
 */
export interface ClientBook {
  /** As the policy of its tenant lets it be. */
  find(id: string): Promise<Client | null>;
  /** Those of a client that exist still, in the client's order. */
  resourcesOf(client: Client): Promise<readonly Resource[]>;
  /** The providers that people of a tenant may choose from. */
  providersOf(tenant: TenantId): Promise<readonly Provider[]>;
  /** Whether some active client that is served at a host registered this origin for its browser pages. */
  isRegisteredOrigin(origin: string, hostTenant: TenantId | null): Promise<boolean>;
  /** Something was changed here: the next look is fresh. */
  forget(): void;
}

export function openClientBook(
  store: Store,
  clock: Clock,
  policies: Pick<PolicyBook, 'effective'>,
): ClientBook {
  const clients = createKept<Client | null>(clock);
  const resources = createKept<readonly Resource[]>(clock);
  const origins = createKept<boolean>(clock);
  const providers = createKept<readonly Provider[]>(clock);
  return {
    async find(id) {
      if (!idForm.test(id)) return null;
      const client = await clients.get(id, () => clientInForce(store.pool, id as ClientId)); // it has the form of one
      if (!client) return null;
      return clientUnder(client, (await policies.effective(client.tenant, { clientId: client.id })).clients);
    },
    resourcesOf: ({ id, tenant, settings, changedAt }) =>
      settings.resources.length === 0
        ? Promise.resolve([])
        : resources.get(`${id} ${changedAt}`, () => ordered(store, tenant, settings.resources)),
    providersOf: (tenant) => providers.get(tenant, () => shownProviders(store, tenant)),
    isRegisteredOrigin: (origin, hostTenant) =>
      origin.length <= 300 && /^https?:\/\//.test(origin)
        ? origins.get(`${hostTenant ?? ''} ${origin}`, () =>
            isRegisteredOrigin(store.pool, origin, hostTenant),
          )
        : Promise.resolve(false),
    forget() {
      for (const kept of [clients, resources, origins, providers]) kept.clear();
    },
  };
}

const idForm = /^[A-Za-z0-9][A-Za-z0-9._~-]{0,127}$/;

/** As many as a page can show; the others are reached by the domain of an address. */
const mostShown = 20;

async function shownProviders(store: Store, tenant: TenantId): Promise<readonly Provider[]> {
  const { items } = await providersOfTenant(store.pool, tenant, { limit: 100 });
  return items.filter(({ settings }) => settings.isShown).slice(0, mostShown);
}

async function ordered(store: Store, tenant: TenantId, ids: readonly string[]): Promise<readonly Resource[]> {
  const found = await resourcesOf(store.pool, tenant, ids);
  return ids.flatMap((id) => found.find((resource) => resource.id === id) ?? []);
}
