import type { Instant, UserId, UserStatus } from '@argus/contract';
import { type Change, canonicalEmail, type EventDraft, type User } from '@argus/core';
import { knownTenants, type UserRecord, usersOfTenant } from '@argus/store';
import type { Refused } from '../http/answer.ts';
import { mailChange } from '../mail/mail-change.ts';
import { type Services, stamp } from '../services.ts';
import type { Ender } from './end-sessions.ts';
import { newLink } from './new-link.ts';
import { type NewUser, newUser, notAnAddress } from './new-user.ts';

export interface Invited {
  readonly user: User;
  readonly link: string;
  readonly linkExpiresAt: Instant;
}

/** Create a user without a password and mail a link with which the person sets one: no one else ever knows it. */
export async function inviteUser(
  services: Services,
  by: Ender,
  invitation: NewUser,
): Promise<Invited | Refused> {
  const email = canonicalEmail(invitation.email);
  if (!email) return notAnAddress;
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const { user, change } = newUser(services, by.tenant, { ...invitation, email });
  const link = newLink(services, { kind: 'invitation', userId: user.id });
  const mail = {
    to: user.email,
    userId: user.id,
    draft: { kind: 'invitation', name: user.name, link: link.url, expiresAt: link.expiresAt },
  } as const;
  const about = { actor: by.actor, origin: by.origin, userId: user.id };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [change, link.change, mailChange(services, by.tenant, mail)],
    events: stamp(services, services.clock.now(), [
      { type: 'user.created', ...about, reason: 'invitation', details: { roles: invitation.roles } },
      { type: 'user.link-issued', ...about, reason: 'invitation' },
    ]),
  });
  if (!written.isCommitted) return { refused: 'conflict' };
  return { user, link: link.url, linkExpiresAt: link.expiresAt };
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
