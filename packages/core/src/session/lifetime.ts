import type { Instant } from '@argus/contract';
import type { SessionPolicy, TokenPolicy } from '../policy/policy.ts';

/** The two ends of a session, and the activity they follow from. */
export interface Lifetime {
  readonly lastActiveAt: Instant;
  readonly idleExpiresAt: Instant;
  readonly absoluteExpiresAt: Instant;
}

/** Both limits of a session that begins now. */
export function lifetimeAtStart(policy: SessionPolicy, now: Instant): Lifetime {
  return withActivity(
    { lastActiveAt: now, idleExpiresAt: now, absoluteExpiresAt: now + policy.absoluteSeconds * 1000 },
    policy,
    now,
  );
}

/** Activity moves the idle limit, never backwards and never past the absolute one. */
export function withActivity(before: Lifetime, policy: SessionPolicy, activeAt: Instant): Lifetime {
  const lastActiveAt = Math.max(before.lastActiveAt, activeAt);
  const idleExpiresAt = Math.min(lastActiveAt + policy.idleSeconds * 1000, before.absoluteExpiresAt);
  return { lastActiveAt, idleExpiresAt, absoluteExpiresAt: before.absoluteExpiresAt };
}

/**
 * When the person was last active, as far as a refresh may say: `idleSeconds` before now.
 * No word, or more idleness than the time since the last refresh, means no new activity (null).
 */
export function activityOf(
  idleSeconds: number | undefined,
  lastRefreshAt: Instant,
  now: Instant,
): Instant | null {
  if (idleSeconds === undefined) return null;
  const activeAt = now - Math.max(0, idleSeconds) * 1000;
  return activeAt > lastRefreshAt ? activeAt : null;
}

/** No token outlives its session (whole seconds, rounded down). */
export function tokenExpiry(now: Instant, lifeSeconds: number, session: Lifetime): number {
  const end = Math.min(now + lifeSeconds * 1000, session.idleExpiresAt, session.absoluteExpiresAt);
  return Math.floor(end / 1000);
}

/** End of an access token in epoch seconds. */
export function accessTokenExpiry(now: Instant, policy: TokenPolicy, session: Lifetime): number {
  return tokenExpiry(now, policy.accessSeconds, session);
}

/** End of a refresh token: the nearer end of its session. */
export function refreshTokenExpiresAt(session: Lifetime): Instant {
  return Math.floor(Math.min(session.idleExpiresAt, session.absoluteExpiresAt) / 1000) * 1000;
}

/** Which rule ends this session first, in words. */
export function limitedBy(session: Lifetime): string {
  return session.idleExpiresAt < session.absoluteExpiresAt
    ? 'idle limit of the balanced preset'
    : 'absolute limit of the balanced preset';
}
