import type { Instant } from '@argus/contract';
import type { SessionPolicy, TokenPolicy } from '../policy/policy.ts';

/** How long a session may live, in seconds. */
export interface SessionLimits {
  /** Null: only the absolute limit ends it. */
  readonly idleSeconds: number | null;
  readonly absoluteSeconds: number;
}

/** The pair of limits that holds for a session. */
export function limitsOf(
  policy: SessionPolicy,
  { isRemembered }: { readonly isRemembered: boolean },
): SessionLimits {
  return isRemembered && policy.rememberMe.isAllowed ? policy.rememberMe : policy;
}

/** The two ends of a session, and the activity they follow from. */
export interface Lifetime {
  readonly lastActiveAt: Instant;
  readonly idleExpiresAt: Instant;
  readonly absoluteExpiresAt: Instant;
}

/** Both limits of a session that begins now. */
export function lifetimeAtStart(limits: SessionLimits, now: Instant): Lifetime {
  return withActivity(
    { lastActiveAt: now, idleExpiresAt: now, absoluteExpiresAt: now + limits.absoluteSeconds * 1000 },
    limits,
    now,
  );
}

/** Activity moves the idle limit, never backwards and never past the absolute one. */
export function withActivity(before: Lifetime, limits: SessionLimits, activeAt: Instant): Lifetime {
  const lastActiveAt = Math.max(before.lastActiveAt, activeAt);
  const idleExpiresAt = Math.min(lastActiveAt + idleMsOf(limits), before.absoluteExpiresAt);
  return { lastActiveAt, idleExpiresAt, absoluteExpiresAt: before.absoluteExpiresAt };
}

/**
 * A session's ends under the limits that hold now. A policy that became tighter holds for live sessions too; one that became
 * looser gives them nothing but what their next activity brings.
 */
export function lifetimeUnder<Kept extends Lifetime & { readonly createdAt: Instant }>(
  session: Kept,
  limits: SessionLimits,
): Kept {
  const absoluteExpiresAt = Math.min(
    session.absoluteExpiresAt,
    session.createdAt + limits.absoluteSeconds * 1000,
  );
  const idleExpiresAt = Math.min(
    session.idleExpiresAt,
    session.lastActiveAt + idleMsOf(limits),
    absoluteExpiresAt,
  );
  return { ...session, idleExpiresAt, absoluteExpiresAt };
}

function idleMsOf({ idleSeconds }: SessionLimits): number {
  return idleSeconds === null ? Number.POSITIVE_INFINITY : idleSeconds * 1000;
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
