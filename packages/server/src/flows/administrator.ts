import { type Permission, permissionNames, type SessionId, type UserId } from '@argus/contract';
import { type Change, lackingFor, type Origin, permissionsOf, rolesBeyond } from '@argus/core';
import { rolesOf } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { type Services, stamp } from '../services.ts';
import type { Current } from './current-session.ts';
import type { Ender } from './end-sessions.ts';

/** Who administers a tenant, and what they may do there. */
export interface Administrator extends Ender {
  readonly may: ReadonlySet<Permission>;
  /** The signed-in person; null for the operator, whose key opens everything. */
  readonly current: Current | null;
}

/** Whom something is done to: a user, or the one of a session. */
export type Subject = { readonly userId: UserId } | { readonly sessionId: SessionId };

/** The operator at this machine, in a tenant. */
export function operatorIn({ tenant, origin }: Pick<Ender, 'tenant' | 'origin'>): Administrator {
  return { tenant, actor: 'operator', origin, may: new Set(permissionNames), current: null };
}

/** A person with what the roles of this moment carry. */
export function administratorFrom(current: Current, origin: Origin): Administrator {
  const { tenant, user } = current;
  return { tenant, actor: `administrator:${user.id}`, origin, may: permissionsOf(user.roles), current };
}

/** First in every commit that changes somebody's account: it is lost where they may do what `by` may not. */
export function expectWithinReach({ may, current }: Administrator, of: Subject): Change[] {
  if (!current) return [];
  const { id: userId, roles } = current.user;
  return [{ kind: 'expect-within-reach', of, beyond: rolesBeyond(may), asker: { userId, roles } }];
}

/** First in a commit that touches nobody's account: it is lost where `by` has lost a role since. */
export function expectOwnRights(by: Administrator): Change[] {
  return by.current ? expectWithinReach(by, { userId: by.current.user.id }) : [];
}

/** Why that was lost: nobody is there, or they may do what `by` may not. */
export async function beyondReach(services: Services, by: Administrator, of: Subject): Promise<Refused> {
  const found = await rolesOf(services.store.pool, by.tenant, of);
  if (!found) return { refused: 'not_found' };
  const permission = lackingFor(by.may, found.roles);
  // Their roles or the asker's were others a moment ago.
  if (permission === undefined) return { refused: 'conflict' };
  return denied(services, by, { permission, reason: 'beyond-reach', details: { targetId: found.userId } });
}

/** Refuse to give roles that carry more than `by` may do; null when they do not. */
export async function refuseRoles(
  services: Services,
  by: Administrator,
  roles: readonly string[],
): Promise<Refused | null> {
  const permission = by.may.has('manage-roles') ? lackingFor(by.may, roles) : 'manage-roles';
  if (permission === undefined) return null;
  return denied(services, by, { permission, reason: 'roles', details: { roles } });
}

interface Denial {
  readonly permission: Permission;
  readonly reason: 'permission' | 'other-tenant' | 'beyond-reach' | 'roles';
  readonly details: Readonly<Record<string, unknown>>;
}

/** Refuse what somebody's roles do not carry. The audit log of their own tenant hears of it, a few times for each. */
export async function denied(
  services: Services,
  { current, origin }: Administrator,
  { permission, reason, details }: Denial,
): Promise<Refused> {
  const now = services.clock.now();
  if (current && !services.throttle.take([{ limit: 'refusedAdministration', whose: current.user.id }], now)) {
    const { tenant, user, session } = current;
    const about = { actor: 'user', userId: user.id, sessionId: session.id, origin };
    const event = {
      type: 'administration.refused',
      ...about,
      reason,
      details: { permission, ...details },
    } as const;
    await services.store.append(tenant, stamp(services, now, [event]));
  }
  return { refused: 'denied', permission };
}
