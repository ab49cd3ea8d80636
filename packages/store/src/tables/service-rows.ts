import type { ServiceId } from '@argus/contract';
import type { Service, ServiceKey } from '@argus/core';
import type { Row } from './rows.ts';

export function serviceOf(row: Row): Service {
  return {
    id: row.id,
    tenant: row.tenant_id,
    status: row.status,
    name: row.name,
    permissions: row.permissions,
    createdAt: row.created_at,
  };
}

/** A key as the question folds it into its service's row. */
export function serviceKeyOf(serviceId: ServiceId, { keyId, jwk, addedAt, expiresAt }: Row): ServiceKey {
  return { serviceId, keyId, jwk, addedAt, expiresAt };
}
