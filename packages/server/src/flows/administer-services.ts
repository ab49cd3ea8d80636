import { isDeepStrictEqual } from 'node:util';
import type { ServiceId, ServiceSettings, ServiceStatus } from '@argus/contract';
import type { EventDraft, Service, ServiceChange } from '@argus/core';
import { knownTenants, type ServiceRecord, serviceOfTenant } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';
import { newServiceKey } from './service-key.ts';

export interface DeclaredService {
  readonly id: string;
  readonly settings: ServiceSettings;
}

/** Create a service, or give it another name and other permissions. */
export async function declareService(
  services: Services,
  by: Ender,
  declared: DeclaredService,
): Promise<ServiceRecord | Refused> {
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const written = await writeService(services, by, declared);
  if (written === null) return { refused: 'conflict' };
  return (await find(services, by, declared.id)) ?? { refused: 'conflict' };
}

/** What is different from before; null when there was nothing before. */
export interface WrittenService {
  readonly fields: readonly string[] | null;
}

/** The same for what was judged already. Writes nothing when nothing is different; null: another tenant has the id. */
export async function writeService(
  services: Services,
  by: Ender,
  { id, settings }: DeclaredService,
): Promise<WrittenService | null> {
  const known = (await find(services, by, id))?.service;
  const { name = null, permissions } = settings;
  const service: Service = {
    id: id as ServiceId, // of the form that the contract gives it
    tenant: by.tenant,
    status: known?.status ?? 'active',
    name,
    permissions: [...permissions].sort(),
    createdAt: known?.createdAt ?? services.clock.now(),
  };
  const fields = known ? differences(known, service) : null;
  if (fields?.length === 0) return { fields };
  const details = { serviceId: id, name, permissions, ...(fields ? { fields } : {}) };
  const isWritten = await change(services, by, {
    change: { kind: 'declare-service', service },
    event: { type: 'service.declared', details },
  });
  return isWritten ? { fields } : null;
}

/** Disable or enable a service. */
export async function setServiceStatus(
  services: Services,
  by: Ender,
  { id, status }: { readonly id: string; readonly status: ServiceStatus },
): Promise<ServiceRecord | Refused> {
  const known = await find(services, by, id);
  if (!known) return { refused: 'not_found' };
  if (known.service.status === status) return known;
  const isWritten = await change(services, by, {
    change: { kind: 'set-service-status', serviceId: known.service.id, status },
    event: {
      type: status === 'disabled' ? 'service.disabled' : 'service.enabled',
      details: { serviceId: id },
    },
  });
  return (isWritten && (await find(services, by, id))) || { refused: 'not_found' };
}

export async function removeService(services: Services, by: Ender, id: string): Promise<Refused | null> {
  const isWritten = await change(services, by, {
    change: { kind: 'remove-service', serviceId: id as ServiceId }, // of the form that the contract gives it
    event: { type: 'service.removed', details: { serviceId: id } },
  });
  return isWritten ? null : { refused: 'not_found' };
}

/** A public key, and until when it holds if not for good. */
export interface AddedKey {
  readonly id: string;
  readonly publicKey: Readonly<Record<string, unknown>>;
  readonly expiresAt: number | null;
}

/** Give a service one more key. */
export async function addServiceKey(
  services: Services,
  by: Ender,
  { id, publicKey, expiresAt }: AddedKey,
): Promise<ServiceRecord | Refused> {
  const now = services.clock.now();
  const key = newServiceKey(publicKey, { serviceId: id as ServiceId, addedAt: now, expiresAt });
  if (!key) return { refused: 'invalid_request', errors: [{ path: 'body.publicKey', message: 'is no key' }] };
  if (!(await find(services, by, id))) return { refused: 'not_found' };
  const isWritten = await change(services, by, {
    change: { kind: 'add-service-key', key },
    event: { type: 'service.key-added', details: { serviceId: id, keyId: key.keyId } },
  });
  return (isWritten && (await find(services, by, id))) || { refused: 'conflict' };
}

export async function removeServiceKey(
  services: Services,
  by: Ender,
  { id, keyId }: { readonly id: string; readonly keyId: string },
): Promise<Refused | null> {
  const isWritten = await change(services, by, {
    change: { kind: 'remove-service-key', serviceId: id as ServiceId, keyId },
    event: { type: 'service.key-removed', details: { serviceId: id, keyId } },
  });
  return isWritten ? null : { refused: 'not_found' };
}

function find({ store }: Services, { tenant }: Ender, id: string): Promise<ServiceRecord | null> {
  return serviceOfTenant(store.pool, tenant, id as ServiceId); // of the form that the contract gives it
}

interface Written {
  readonly change: ServiceChange;
  readonly event: Pick<EventDraft, 'type' | 'details'>;
}

async function change(services: Services, by: Ender, { change, event }: Written): Promise<boolean> {
  const { tenant, actor, origin } = by;
  const written = await services.store.commit({
    tenant,
    changes: [change],
    events: stamp(services, services.clock.now(), [{ ...event, actor, origin }]),
  });
  services.serviceBook.forget();
  return written.isCommitted;
}

function differences(known: Service, next: Service): string[] {
  const sorted = { ...known, permissions: [...known.permissions].sort() };
  return (['name', 'permissions'] as const).filter((name) => !isDeepStrictEqual(sorted[name], next[name]));
}
