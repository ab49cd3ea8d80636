import type { TenantId, UserId, UserStatus } from '@argus/contract';
import { type Change, canonicalEmail, canonicalName, type EventDraft, type User } from '@argus/core';
import { knownTenants, type UserRecord, usersOfTenant } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { hashOf } from '../secrets.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';

const linkSeconds = 7 * 86_400;

export interface Invitation {
  readonly email: string;
  readonly name?: string | undefined;
  readonly roles: readonly string[];
}

export interface Invited {
  readonly user: User;
  readonly link: string;
  readonly linkExpiresAt: number;
}

/** Create a user without a password and a link with which the person sets one: no one else ever knows it. */
export async function inviteUser(
  services: Services,
  by: Ender,
  invitation: Invitation,
): Promise<Invited | Refused> {
  const email = canonicalEmail(invitation.email);
  if (!email)
    return { refused: 'invalid_request', errors: [{ path: 'email', message: 'is not an e-mail address' }] };
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const { user, change } = newUser(services, by.tenant, { ...invitation, email });
  const link = newLink(services, user.id);
  const about = { actor: by.actor, origin: by.origin, userId: user.id };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [change, link.change],
    events: stamp(services, services.clock.now(), [
      { type: 'user.created', ...about, reason: 'invitation', details: { roles: invitation.roles } },
      { type: 'user.link-issued', ...about, reason: 'invitation' },
    ]),
  });
  if (!written.isCommitted) return { refused: 'conflict' };
  return { user, link: link.url, linkExpiresAt: link.expiresAt };
}

/** A user that does not exist yet, and the change that makes it so. */
export function newUser(
  services: Services,
  tenant: TenantId,
  of: Invitation,
): { user: User; change: Change } {
  const user: User = {
    id: services.random.uuid() as UserId,
    tenant,
    email: of.email,
    name: canonicalName(of.name),
    roles: of.roles,
    status: 'active',
    createdAt: services.clock.now(),
  };
  return { user, change: { kind: 'create-user', user } };
}

/** A one-time link for a user who has no password yet. */
export function newLink(
  services: Services,
  userId: UserId,
): { url: string; expiresAt: number; change: Change } {
  const token = services.random.bytes(32).toString('base64url');
  const now = services.clock.now();
  const expiresAt = now + linkSeconds * 1000;
  const link = {
    id: services.random.uuid(),
    tokenHash: hashOf(token),
    kind: 'invitation' as const,
    userId,
    createdAt: now,
    expiresAt,
    consumedAt: null,
  };
  return {
    url: `${services.config.issuer}/link?token=${token}`,
    expiresAt,
    change: { kind: 'create-link', link },
  };
}

export interface UserAmendment {
  readonly userId: UserId;
  readonly status?: UserStatus | undefined;
  readonly roles?: readonly string[] | undefined;
}

/** Disable, enable, or give roles. Disabling ends every session and grant in the same commit. */
export async function amendUser(
  services: Services,
  by: Ender,
  { userId, status, roles }: UserAmendment,
): Promise<UserRecord | Refused> {
  const at = services.clock.now();
  const changes: Change[] = [];
  const drafts: EventDraft[] = [];
  const about = { actor: by.actor, origin: by.origin, userId };
  if (status) {
    changes.push({ kind: 'set-user-status', userId, status });
    drafts.push({ type: status === 'active' ? 'user.enabled' : 'user.disabled', ...about });
  }
  if (status === 'disabled')
    changes.push({ kind: 'end-sessions-of-user', userId, reason: 'user-disabled', at, by });
  if (roles) {
    changes.push({ kind: 'set-user-roles', userId, roles });
    drafts.push({ type: 'user.roles-changed', ...about, details: { roles } });
  }
  const written = await services.store.commit({
    tenant: by.tenant,
    changes,
    events: stamp(services, at, drafts),
  });
  if (!written.isCommitted) return { refused: 'not_found' };
  const { items } = await usersOfTenant(services.store.pool, by.tenant, { userId, limit: 1, now: at });
  return items[0] ?? { refused: 'not_found' };
}
