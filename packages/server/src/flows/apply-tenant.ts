import type { ApplyDocument, TenantId } from '@argus/contract';
import { tenantById } from '@argus/store';
import type { Services } from '../services.ts';
import { writeNewTenant, writeTenant } from '../tenant/administer-tenants.ts';
import type { ApplyOutcome } from './apply-outcome.ts';
import type { Ender } from './end-sessions.ts';

/** Create a tenant, or change of a known one what is declared. */
export async function applyTenant(
  services: Services,
  { actor, origin }: Ender,
  declared: ApplyDocument['tenants'][number],
): Promise<ApplyOutcome> {
  const { id, policy: _, ...settings } = declared;
  const by = { tenant: id as TenantId, actor, origin }; // the schema gave it the form of one
  const known = await tenantById(services.store.pool, by.tenant);
  if (!known) {
    const isWritten = await writeNewTenant(services, by, { settings, reason: 'apply' });
    return isWritten ? { kind: 'create', what: 'tenant', name: id } : 'lost';
  }
  const written = await writeTenant(services, by, { known, settings });
  if (written === null) return 'lost';
  const fields = [...written.fields];
  return fields.length === 0 ? null : { kind: 'change', what: 'tenant', name: id, fields };
}
