import type { PolicyDocument } from '@argus/contract';
import { beyondAdministrators, type Mistake } from '@argus/core';
import { ownersOfTenant } from '@argus/store';
import { type Administrator, denied } from '../flows/administrator.ts';
import { mistaken } from '../flows/mistake.ts';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

/** Of more nobody can say that none is shut out. */
const mostOwners = 1_000;

/**
 * Refuse what only an owner may decide; null where nothing is. Whoever comes to own the tenant a moment later finds what
 * holds by then, as whoever came before would not.
 */
export async function refuseToOthers(
  services: Services,
  by: Administrator,
  { before, after }: { readonly before: PolicyDocument; readonly after: PolicyDocument },
): Promise<Refused | null> {
  if (by.may.has('own-tenant')) return null;
  const owners = await ownersOfTenant(services.store.pool, by.tenant, { limit: mostOwners + 1 });
  const mistakes = owners.length > mostOwners ? [tooMany] : beyondAdministrators(before, after, owners);
  if (mistakes.length === 0) return null;
  const { errors } = mistaken(mistakes);
  const details = { paths: errors?.map(({ path }) => path) };
  const refused = await denied(services, by, { permission: 'own-tenant', reason: 'beyond-reach', details });
  return { ...refused, errors };
}

const tooMany: Mistake = {
  path: '',
  message: 'concerns more owners than can be looked at: one of them decides',
};
