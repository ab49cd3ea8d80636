import type { Instant, SessionId, SettableStatus, UserId } from '@argus/contract';
import { type Change, canonicalEmail, type EventDraft, type User } from '@argus/core';
import { knownTenants, type UserRecord, usersOfTenant } from '@argus/store';
import { isRefused, type Refused } from '../http/answer.ts';
import { mailChange } from '../mail/mail-change.ts';
import { type Services, stamp } from '../services.ts';
import {
  type Administrator,
  beyondReach,
  expectOwnRights,
  expectWithinReach,
  refuseRoles,
} from './administrator.ts';
import { endSession } from './end-sessions.ts';
import { givingRoles } from './give-roles.ts';
import { newLink } from './new-link.ts';
import { type NewUser, newUser, notAnAddress } from './new-user.ts';

export interface Invited {
  readonly user: User;
  /** Null for an administrator: whoever made it could use it in the other's place. */
  readonly link: string | null;
  readonly linkExpiresAt: Instant;
}

/** Create a user without a password and mail a link with which the person sets one: no one else ever knows it. */
export async function inviteUser(
  services: Services,
  by: Administrator,
  invitation: NewUser,
): Promise<Invited | Refused> {
  const email = canonicalEmail(invitation.email);
  if (!email) return notAnAddress;
  const refused = invitation.roles.length > 0 ? await refuseRoles(services, by, invitation.roles) : null;
  if (refused) return refused;
  if (!(await knownTenants(services.store.pool, [by.tenant])).has(by.tenant)) return { refused: 'not_found' };
  const { user, change } = newUser(services, by.tenant, { ...invitation, email });
  const link = newLink(services, { kind: 'invitation', userId: user.id, details: { invitedBy: by.actor } });
  const mail = {
    to: user.email,
    userId: user.id,
    draft: { kind: 'invitation', name: user.name, link: link.url, expiresAt: link.expiresAt },
  } as const;
  const about = { actor: by.actor, origin: by.origin, userId: user.id };
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [...expectOwnRights(by), change, link.change, mailChange(services, by.tenant, mail)],
    events: stamp(services, services.clock.now(), [
      { type: 'user.created', ...about, reason: 'invitation', details: { roles: invitation.roles } },
      { type: 'user.link-issued', ...about, reason: 'invitation' },
    ]),
  });
  if (!written.isCommitted) return { refused: 'conflict' };
  return { user, link: by.current ? null : link.url, linkExpiresAt: link.expiresAt };
}

export interface UserAmendment {
  readonly userId: UserId;
  readonly status?: SettableStatus | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** Disable, enable, or give roles or groups. Disabling ends every session and grant in the same commit. */
export async function amendUser(
  services: Services,
  by: Administrator,
  amendment: UserAmendment,
): Promise<UserRecord | Refused> {
  const { userId, roles } = amendment;
  const refused = roles ? await refuseRoles(services, by, roles) : null;
  if (refused) return refused;
  const at = services.clock.now();
  const { changes, drafts } = amended(by, amendment, at);
  const written = await services.store.commit({
    tenant: by.tenant,
    changes: [...expectWithinReach(by, { userId }), ...changes],
    events: stamp(services, at, drafts),
  });
  if (!written.isCommitted && written.lost === 'expect-within-reach')
    return beyondReach(services, by, { userId });
  const { items } = await usersOfTenant(services.store.pool, by.tenant, { userId, limit: 1, now: at });
  const [record] = items;
  if (!record) return { refused: 'not_found' };
  if (written.isCommitted) return record;
  return { refused: record.user.status === 'erasing' ? 'conflict' : 'last_owner' };
}

function amended(
  { actor, origin }: Administrator,
  { userId, status, roles, groups }: UserAmendment,
  at: Instant,
): { changes: Change[]; drafts: EventDraft[] } {
  const changes: Change[] = [];
  const drafts: EventDraft[] = [];
  const about = { actor, origin, userId };
  if (status) {
    changes.push({ kind: 'set-user-status', userId, status, at });
    drafts.push({ type: status === 'active' ? 'user.enabled' : 'user.disabled', ...about });
  }
  if (status === 'disabled')
    changes.push({
      kind: 'end-sessions-of-user',
      userId,
      reason: 'user-disabled',
      at,
      by: { actor, origin },
    });
  if (roles) {
    changes.push(...givingRoles(userId, roles, at));
    drafts.push({ type: 'user.roles-changed', ...about, details: { roles } });
  }
  if (groups) {
    changes.push({ kind: 'set-user-groups', userId, groups });
    drafts.push({ type: 'user.groups-changed', ...about, details: { groups } });
  }
  return { changes, drafts };
}

/** End a session. Who answers attacks ends anybody's, because it gives nothing; others within their reach alone. */
export async function endSessionOfUser(
  services: Services,
  by: Administrator,
  sessionId: SessionId,
): Promise<{ readonly ended: 1 } | Refused> {
  const first = by.may.has('respond') ? [] : expectWithinReach(by, { sessionId });
  const outcome = await endSession(
    services,
    { ...by, first },
    { sessionId, reason: 'ended-by-administrator' },
  );
  if (!isRefused(outcome) || first.length === 0) return outcome;
  const why = await beyondReach(services, by, { sessionId });
  return why.refused === 'denied' ? why : outcome;
}
