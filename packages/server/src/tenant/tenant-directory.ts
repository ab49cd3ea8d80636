import { dnsNameSchema, type TenantId } from '@argus/contract';
import type { Tenant } from '@argus/core';
import { type Store, tenantById, tenantByName } from '@argus/store';
import { createKept } from '../kept.ts';
import type { Clock } from '../services/clock.ts';

/** The tenants that requests speak of, as they were at most a second ago. */
export interface TenantDirectory {
  find(id: TenantId): Promise<Tenant | null>;
  /** Whose host this is, a name without a port; null: nobody's of their own. */
  ofHost(host: string): Promise<Tenant | null>;
  /** Whose people have addresses of this domain; asked each time, so that no answer tells who came lately. */
  ofDomain(domain: string): Promise<Tenant | null>;
  /** Something was changed here: the next look is fresh. */
  forget(): void;
}

export function openTenantDirectory(store: Pick<Store, 'pool'>, clock: Clock): TenantDirectory {
  const tenants = createKept<Tenant | null>(clock);
  const hosts = createKept<Tenant | null>(clock);
  return {
    find: (id) => tenants.get(id, () => tenantById(store.pool, id)),
    ofHost: (host) =>
      isName(host) ? hosts.get(host, () => tenantByName(store.pool, 'host', host)) : Promise.resolve(null),
    ofDomain: (domain) => tenantByName(store.pool, 'domain', domain),
    forget() {
      tenants.clear();
      hosts.clear();
    },
  };
}

/** Anybody writes into `Host` what they like: what could be no tenant's name is not looked for. */
function isName(text: string): boolean {
  return text.length <= 253 && dnsNameSchema.safeParse(text).success;
}
