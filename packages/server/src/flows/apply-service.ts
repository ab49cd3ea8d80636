import type { ApplyDocument, ServiceId, TenantId } from '@argus/contract';
import { serviceOfTenant } from '@argus/store';
import { isRefused } from '../http/answer.ts';
import type { Services } from '../services.ts';
import { addServiceKey, removeServiceKey, writeService } from './administer-services.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import type { Ender } from './end-sessions.ts';
import { newServiceKey } from './service-key.ts';

type Declared = ApplyDocument['services'][number];

/** Create or change a service. Of keys that are declared it then has these and no others. */
export async function applyService(services: Services, by: Ender, declared: Declared): Promise<ApplyOutcome> {
  const { tenant, id, publicKey, publicKeys = publicKey ? [publicKey] : [], ...settings } = declared;
  const own = { ...by, tenant: tenant as TenantId }; // the schema gave it the form of one
  const written = await writeService(services, own, { id, settings });
  if (written === null) return 'lost';
  const isSame = publicKeys.length === 0 || (await haveKeys(services, own, { id, publicKeys }));
  if (isSame === 'lost') return 'lost';
  const fields = [...(written.fields ?? []), ...(isSame === true ? [] : ['publicKeys'])];
  const named = { what: 'service', name: id } as const;
  if (written.fields === null) return { kind: 'create', ...named };
  return fields.length === 0 ? null : { kind: 'change', ...named, fields };
}

/** Whether they were its keys already. New ones come before old ones go, so that there is no moment without any. */
async function haveKeys(
  services: Services,
  by: Ender,
  { id, publicKeys }: { readonly id: string; readonly publicKeys: readonly Record<string, unknown>[] },
): Promise<boolean | 'lost'> {
  const serviceId = id as ServiceId; // of the form that the contract gives it
  const known = (await serviceOfTenant(services.store.pool, by.tenant, serviceId))?.keys ?? [];
  const of = { serviceId, addedAt: 0, expiresAt: null };
  const wanted = new Map(publicKeys.map((key) => [newServiceKey(key, of)?.keyId, key]));
  const added = [...wanted].filter(([keyId]) => !known.some((key) => key.keyId === keyId));
  const removed = known.filter(({ keyId }) => !wanted.has(keyId));
  for (const [, publicKey] of added) {
    const outcome = await addServiceKey(services, by, { id, publicKey, expiresAt: null });
    if (isRefused(outcome)) return 'lost';
  }
  for (const { keyId } of removed) await removeServiceKey(services, by, { id, keyId });
  return added.length === 0 && removed.length === 0;
}
