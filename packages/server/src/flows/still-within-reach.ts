import type { TenantId, UserId } from '@argus/contract';
import { type Change, lackingFor, permissionsOf } from '@argus/core';
import { usersOfTenant } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import type { Services } from '../services.ts';

export interface Promised {
  readonly tenant: TenantId;
  readonly roles: readonly string[];
  /** As in the audit log; absent: nobody knows any more. */
  readonly invitedBy: string | undefined;
}

/**
 * Roles that somebody gave while they could are not given any more once they cannot: whoever lost the right leaves no
 * way behind to get it back.
 */
export async function stillWithinReach(
  { store, clock }: Services,
  { tenant, roles, invitedBy }: Promised,
): Promise<{ readonly changes: readonly Change[] } | Refused> {
  // What an application's roles mean is not ours to say, and the operator stays.
  if (invitedBy === 'operator' || lackingFor(new Set(), roles) === undefined) return { changes: [] };
  const [, id] = (invitedBy ?? '').split('administrator:');
  if (id === undefined) return { refused: 'link_invalid' };
  const userId = id as UserId; // that is how administrators are written
  const { items } = await usersOfTenant(store.pool, tenant, { userId, limit: 1, now: clock.now() });
  const inviter = items[0]?.user;
  const may = permissionsOf(inviter?.roles ?? []);
  const isAble =
    inviter?.status === 'active' && may.has('manage-roles') && lackingFor(may, roles) === undefined;
  if (!isAble) return { refused: 'link_invalid' };
  const asker = { userId, roles: inviter.roles };
  return { changes: [{ kind: 'expect-within-reach', of: { userId }, beyond: [], asker }] };
}
