import { createHash } from 'node:crypto';
import type { ServiceId, TenantId, Told } from '@argus/contract';
import type { Service, ServiceKey } from '@argus/core';
import type { Numbering, Store } from '@argus/store';
import { at } from './stage.ts';

export function serviceOf(tenant: TenantId, number: number, changes: Partial<Service> = {}): Service {
  return {
    id: `service-${number}-of-${tenant}` as ServiceId,
    tenant,
    status: 'active',
    name: `service of ${tenant}`,
    permissions: ['introspect', 'revocations'],
    createdAt: at,
    ...changes,
  };
}

export function serviceKeyOf(
  tenant: TenantId,
  number: number,
  changes: Partial<ServiceKey> = {},
): ServiceKey {
  const keyId = createHash('sha256').update(`key ${number} of ${tenant}`).digest('base64url');
  return {
    serviceId: serviceOf(tenant, number).id,
    keyId,
    jwk: { kty: 'OKP', crv: 'Ed25519', x: keyId },
    addedAt: at,
    expiresAt: null,
    ...changes,
  };
}

/** Numbers without signing: the text names tenant and number, the digest the head. */
export function plainNumbering(tenant: string, expiresAt = at + 360_000): Numbering {
  return async (told, end) => {
    const events = told.map((event, place) => {
      const seq = end.head + place + 1;
      return { seq, event: timed(event), token: `${seq} of ${tenant}` };
    });
    const head = end.head + events.length;
    return {
      events,
      digest: createHash('sha256').update(`${tenant} ${head}`).digest('base64url'),
      expiresAt,
    };
  };
}

function timed(told: Told) {
  return { ...told, exp: 1_900_000_000, before: at } as never; // whatever the kind, for the store it is JSON
}

/** Number all that waits. */
export async function settle(store: Store, tenant: TenantId): Promise<void> {
  while ((await store.numberEvents(tenant, plainNumbering(tenant))).isMore);
}
