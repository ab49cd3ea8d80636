import type { EndReason, SessionId, TenantId, UserId } from '@argus/contract';
import type { AuditEvent, Change, EventDraft, Origin } from '@argus/core';
import { verifyRefreshToken } from '@argus/tokens';
import type { Refused } from '../http/answer.ts';
import type { Cookies } from '../http/cookies.ts';
import { type Services, stamp } from '../services.ts';
import { accessClaims } from './current-session.ts';

/** On whose word sessions end. */
export interface Ender {
  readonly tenant: TenantId;
  readonly actor: string;
  readonly origin: Origin;
}

/** End one session, of one user when `userId` says whose it must be. */
export async function endSession(
  services: Services,
  ender: Ender,
  target: { readonly sessionId: SessionId; readonly userId?: UserId; readonly reason: EndReason },
): Promise<{ readonly ended: 1 } | Refused> {
  const now = services.clock.now();
  const { sessionId, userId, reason } = target;
  const change: Change = { kind: 'end-session', sessionId, reason, at: now, ...(userId ? { userId } : {}) };
  const draft: EventDraft = { type: 'session.ended', ...ender, userId, sessionId, reason };
  const events = stamp(services, now, [draft]);
  const written = await services.store.commit({ tenant: ender.tenant, changes: [change], events });
  if (!written.isCommitted) return { refused: 'not_found' };
  services.metrics.sessionsEnded.inc({ reason });
  return { ended: 1 };
}

/** End all of a user's sessions but `except`. One event for the act; the history holds each session's reason. */
export async function endSessionsOfUser(
  services: Services,
  ender: Ender,
  target: { readonly userId: UserId; readonly except?: SessionId; readonly reason: EndReason },
): Promise<{ readonly ended: number }> {
  const now = services.clock.now();
  const details = { scope: target.except ? 'others' : 'all' };
  const draft: EventDraft = {
    type: 'session.ended',
    ...ender,
    userId: target.userId,
    reason: target.reason,
    details,
  };
  const events: AuditEvent[] = stamp(services, now, [draft]);
  const change: Change = { kind: 'end-sessions-of-user', at: now, ...target };
  const written = await services.store.commit({ tenant: ender.tenant, changes: [change], events });
  const ended = written.isCommitted ? (written.touched[0]?.length ?? 0) : 0;
  services.metrics.sessionsEnded.inc({ reason: target.reason }, ended);
  return { ended };
}

/** Sign out by whatever the browser still holds: the access token, or else the refresh token, even an expired one. */
export async function signOut(services: Services, call: { cookies: Cookies; origin: Origin }): Promise<void> {
  const claims = accessClaims(services, call.cookies) ?? refreshTokenClaims(services, call.cookies);
  if (!claims) return;
  const tenant = claims.tenant as TenantId; // we signed it
  await endSession(
    services,
    { tenant, actor: 'user', origin: call.origin },
    { sessionId: claims.sid as SessionId, userId: claims.sub as UserId, reason: 'signed-out' },
  );
}

function refreshTokenClaims({ keys, config, clock }: Services, { refresh }: Cookies) {
  if (!refresh) return null;
  const verified = verifyRefreshToken(keys.ring(), refresh, { issuer: config.issuer, now: clock.now() });
  return verified.ok || verified.rejection === 'expired' ? (verified.claims ?? null) : null;
}
