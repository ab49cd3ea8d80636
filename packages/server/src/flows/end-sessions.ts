import type { EndReason, SessionId, TenantId, UserId } from '@argus/contract';
import type { Change, Origin } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import type { Cookies } from '../http/cookies.ts';
import type { Services } from '../services.ts';
import { heldSession } from './current-session.ts';

/** On whose word sessions end. */
export interface Ender {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly origin: Origin;
}

/** End one session, of one user when `userId` says whose it must be; what must hold for it comes `first`. */
export async function endSession(
  services: Services,
  ender: Ender & { readonly first?: readonly Change[] },
  target: { readonly sessionId: SessionId; readonly userId?: UserId; readonly reason: EndReason },
): Promise<{ readonly ended: 1 } | Refused> {
  const at = services.clock.now();
  const { tenant, actor, origin, first = [] } = ender;
  const change: Change = { kind: 'end-session', at, by: { actor, origin }, ...target };
  const changes = isOusted(target) ? withItsLinks(target.userId, { change, at }) : [change];
  const written = await services.store.commit({ tenant, changes: [...first, ...changes], events: [] });
  if (!written.isCommitted) return { refused: 'not_found' };
  services.metrics.sessionsEnded.inc({ reason: target.reason });
  return { ended: 1 };
}

/** End all of a user's sessions but `except`. */
export async function endSessionsOfUser(
  services: Services,
  ender: Ender,
  target: { readonly userId: UserId; readonly except?: SessionId; readonly reason: EndReason },
): Promise<{ readonly ended: number }> {
  const at = services.clock.now();
  const { tenant, ...by } = ender;
  const change: Change = { kind: 'end-sessions-of-user', at, by, ...target };
  const changes = withItsLinks(target.userId, { change, at });
  const written = await services.store.commit({ tenant, changes, events: [] });
  const ended = written.isCommitted ? (written.touched[changes.indexOf(change)]?.length ?? 0) : 0;
  services.metrics.sessionsEnded.inc({ reason: target.reason }, ended);
  return { ended };
}

interface Target {
  readonly userId?: UserId;
  readonly reason: EndReason;
}

function isOusted(target: Target): target is Target & { readonly userId: UserId } {
  return target.userId !== undefined && target.reason !== 'signed-out';
}

/**
 * Whoever puts somebody out wants what they began to end, too: a change of address would otherwise wait in a mailbox of
 * theirs. The person is held first, as when such a link is used, so that the two cannot wait for each other.
 */
function withItsLinks(
  userId: UserId,
  { change, at }: { readonly change: Change; readonly at: number },
): Change[] {
  return [{ kind: 'hold-user', userId }, change, { kind: 'end-links', userId, kinds: ['change-email'], at }];
}

/** Sign out by whatever the browser still holds: the access token, or else the refresh token, even an expired one. */
export async function signOut(services: Services, call: { cookies: Cookies; origin: Origin }): Promise<void> {
  const held = heldSession(services, call.cookies);
  if (!held) return;
  const { tenant, sessionId, userId } = held;
  await endSession(
    services,
    { tenant, actor: 'user', origin: call.origin },
    { sessionId, userId, reason: 'signed-out' },
  );
}
