import { type Change, mostServiceKeys } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { holdTenant } from './hold-tenant.ts';
import type { Write } from './write.ts';

type Of<Kind extends Change['kind']> = Extract<Change, { kind: Kind }>;

// `WHERE` refuses to replace what another tenant owns; two of one tenant come one after the other (see resources).
export const declareService: Write<Of<'declare-service'>> = ({ service }) => ({
  first: holdTenant,
  name: 'declare-service',
  text: `INSERT INTO services (tenant_id, id, status, name, permissions, created_at) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (id) DO UPDATE SET name = EXCLUDED.name, permissions = EXCLUDED.permissions
    WHERE services.tenant_id = EXCLUDED.tenant_id`,
  values: [service.id, service.status, service.name, service.permissions, timestamp(service.createdAt)],
  expects: 1,
});

export const setServiceStatus: Write<Of<'set-service-status'>> = ({ serviceId, status }) => ({
  name: 'set-service-status',
  text: 'UPDATE services SET status = $3 WHERE tenant_id = $1 AND id = $2',
  values: [serviceId, status],
  expects: 1,
});

export const removeService: Write<Of<'remove-service'>> = ({ serviceId }) => ({
  name: 'remove-service',
  text: 'DELETE FROM services WHERE tenant_id = $1 AND id = $2',
  values: [serviceId],
  expects: 1,
});

// The service is held, or two keys could both be the last for which there is room.
export const addServiceKey: Write<Of<'add-service-key'>> = ({ key }) => ({
  first: {
    name: 'hold-service',
    text: 'SELECT id FROM services WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE',
    values: [key.serviceId],
  },
  name: 'add-service-key',
  text: `
    INSERT INTO service_keys (tenant_id, service_id, key_id, jwk, added_at, expires_at)
    SELECT $1, s.id, $3, $4, $5, $6 FROM services s
    WHERE s.tenant_id = $1 AND s.id = $2 AND $7 > (
      SELECT count(*) FROM service_keys k WHERE k.tenant_id = $1 AND k.service_id = s.id)
    ON CONFLICT DO NOTHING`,
  values: [
    key.serviceId,
    key.keyId,
    JSON.stringify(key.jwk),
    timestamp(key.addedAt),
    timestamp(key.expiresAt),
    mostServiceKeys,
  ],
  expects: 1,
});

export const removeServiceKey: Write<Of<'remove-service-key'>> = ({ serviceId, keyId }) => ({
  name: 'remove-service-key',
  text: 'DELETE FROM service_keys WHERE tenant_id = $1 AND service_id = $2 AND key_id = $3',
  values: [serviceId, keyId],
  expects: 1,
});
