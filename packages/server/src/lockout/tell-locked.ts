import type { UserId } from '@argus/contract';
import type { Change, EventDraft } from '@argus/core';
import { mailChange } from '../mail/mail-change.ts';
import { occurrenceOf } from '../mail/occurrence.ts';
import { recoveryUrl } from '../mail/places.ts';
import { type Services, stamp } from '../services.ts';
import type { Guessed, Tried } from './try-password.ts';

/**
 * Tell of a lock that a wrong password brought: the audit log, and the owner by mail. For an address that nobody has the
 * same is written about nobody.
 */
export async function tellLocked(services: Services, guessed: Guessed, tried: Tried): Promise<void> {
  const { lockedUntil } = tried;
  if (lockedUntil === null) return;
  const { tenant, user, email, origin } = guessed;
  const about = { actor: 'anyone', userId: user?.id, origin } as const;
  const until = new Date(lockedUntil).toISOString();
  const event: EventDraft = user
    ? { type: 'user.locked', ...about, reason: 'wrong-passwords', details: { until } }
    : { type: 'tries.slowed', ...about, reason: 'account' };
  const caused = { limit: 'causedMail', whose: `locked ${tenant}/${email}` } as const;
  const isTooMuch = services.throttle.take([caused], services.clock.now()) !== null;
  const changes: Change[] = isTooMuch ? [] : [letter(services, guessed, { ...tried, lockedUntil })];
  await services.store.commit({ tenant, changes, events: stamp(services, services.clock.now(), [event]) });
  services.metrics.lockouts.inc({ outcome: 'locked' });
}

function letter(
  services: Services,
  { tenant, user, origin }: Guessed,
  { failures, lockedUntil: until }: Tried & { readonly lockedUntil: number },
): Change {
  const owner = user?.status === 'active' ? user : null;
  const draft = {
    kind: 'password-locked',
    name: owner?.name ?? null,
    by: occurrenceOf(origin, services.clock.now()),
    link: recoveryUrl(services.config),
    failures,
    until,
  } as const;
  const userId = owner?.id ?? (services.random.uuid() as UserId); // nobody's
  return mailChange(services, tenant, { to: owner?.email ?? 'nobody@invalid', userId, draft });
}
