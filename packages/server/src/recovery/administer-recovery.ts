import type { Instant, TenantId, UserId } from '@argus/contract';
import type { Change, EventDraft, Recovery, User } from '@argus/core';
import { recoveryOfUser, userFacts } from '@argus/store';
import { type Administrator, beyondReach, expectWithinReach } from '../flows/administrator.ts';
import type { Ender } from '../flows/end-sessions.ts';
import { newLink } from '../flows/new-link.ts';
import { isRefused, type Refused } from '../http/answer.ts';
import { mailChange } from '../mail/mail-change.ts';
import { type Services, stamp } from '../services.ts';
import { resetLink } from './begin-recovery.ts';
import { type ShownLink, takeMailLink } from './open-link.ts';

/** Send a user a link to a new password, which nobody else ever sees or sets (ASVS 6.4.6). */
export async function sendPasswordReset(
  services: Services,
  by: Administrator,
  userId: UserId,
): Promise<{ readonly state: 'sent' } | Refused> {
  const user = await activeUser(services, by.tenant, userId);
  if (!user) return { refused: 'not_found' };
  const { tenant, actor, origin } = by;
  const written = await services.store.commit({
    tenant,
    changes: [...expectWithinReach(by, { userId }), ...resetLink(services, { tenant, user, origin })],
    events: stamp(services, services.clock.now(), [{ type: 'user.recovery-asked', actor, userId, origin }]),
  });
  return written.isCommitted ? { state: 'sent' } : beyondReach(services, by, { userId });
}

/** Begin to take lost second factors away. The user is told at once, and has until then to stop it. */
export async function startRecovery(
  services: Services,
  by: Administrator,
  userId: UserId,
): Promise<Recovery | Refused> {
  const user = await activeUser(services, by.tenant, userId);
  if (!user) return { refused: 'not_found' };
  const { tenant, actor, origin } = by;
  const startedAt = services.clock.now();
  const { delaySeconds } = (
    await services.policies.effective(tenant, { userId, roles: user.roles, groups: user.groups })
  ).authentication.recovery;
  const recovery: Recovery = { userId, startedBy: actor, startedAt, dueAt: startedAt + delaySeconds * 1000 };
  const stop = newLink(services, { kind: 'stop-recovery', userId });
  const draft = {
    kind: 'recovery-started',
    name: user.name,
    link: stop.url,
    effectiveAt: recovery.dueAt,
  } as const;
  const written = await services.store.commit({
    tenant,
    changes: [
      ...expectWithinReach(by, { userId }),
      { kind: 'start-recovery', recovery },
      { kind: 'end-links', userId, kinds: ['stop-recovery'], at: startedAt },
      stop.change,
      mailChange(services, tenant, { to: user.email, userId, draft }),
    ],
    events: stamp(services, startedAt, [{ type: 'recovery.started', actor, userId, origin }]),
  });
  if (written.isCommitted) return recovery;
  return written.lost === 'expect-within-reach'
    ? beyondReach(services, by, { userId })
    : { refused: 'conflict' };
}

/** An administrator thinks better of it. */
export async function cancelRecovery(
  services: Services,
  by: Administrator,
  userId: UserId,
): Promise<{ readonly cancelled: true } | Refused> {
  const user = await activeUser(services, by.tenant, userId);
  if (!user) return { refused: 'not_found' };
  const { tenant, actor, origin } = by;
  const about = { actor, origin, userId };
  const first = expectWithinReach(by, { userId });
  const lost = await cancel(services, { tenant, user }, { about, first });
  if (lost === null) return { cancelled: true };
  return lost === 'expect-within-reach' ? beyondReach(services, by, { userId }) : { refused: 'not_found' };
}

/** The owner stops it, by the link of the notice. */
export async function stopRecovery(
  services: Services,
  shown: ShownLink,
): Promise<{ readonly state: 'stopped' } | Refused> {
  const opened = await takeMailLink(services, shown, ['stop-recovery']);
  if (isRefused(opened)) return opened;
  const { link, user } = opened;
  const at = services.clock.now();
  const about = { actor: 'anyone', origin: shown.origin, userId: user.id };
  const first: Change[] = [{ kind: 'use-link', tokenHash: link.tokenHash, at }];
  const lost = await cancel(services, { tenant: shown.tenant, user }, { about, first });
  return lost === null ? { state: 'stopped' } : { refused: 'link_invalid' };
}

/** Null, or the change that was lost. */
async function cancel(
  services: Services,
  { tenant, user }: { readonly tenant: TenantId; readonly user: User },
  { about, first }: { readonly about: Omit<EventDraft, 'type'>; readonly first: readonly Change[] },
): Promise<Change['kind'] | null> {
  const at: Instant = services.clock.now();
  const { id: userId, email, name } = user;
  const draft = { kind: 'recovery-cancelled', name, at } as const;
  const written = await services.store.commit({
    tenant,
    changes: [
      { kind: 'hold-user', userId },
      ...first,
      { kind: 'cancel-recovery', userId },
      { kind: 'end-links', userId, kinds: ['stop-recovery'], at },
      mailChange(services, tenant, { to: email, userId, draft }),
    ],
    events: stamp(services, at, [{ type: 'recovery.cancelled', ...about }]),
  });
  return written.isCommitted ? null : written.lost;
}

/** The recovery that is under way. */
export async function shownRecovery(
  { store }: Services,
  { tenant }: Ender,
  userId: UserId,
): Promise<Recovery | Refused> {
  return (await recoveryOfUser(store.pool, tenant, userId)) ?? { refused: 'not_found' };
}

async function activeUser({ store }: Services, tenant: TenantId, userId: UserId): Promise<User | null> {
  const record = await userFacts(store.pool, tenant, { userId, secretHash: null });
  return record?.user.status === 'active' ? record.user : null;
}
