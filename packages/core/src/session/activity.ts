import {
  type ActivityMethod,
  activityBounds,
  type Instant,
  type ServiceId,
  type SessionId,
  type SessionState,
  type StatusClass,
  type TenantId,
} from '@argus/contract';
import type { Mark } from '../oauth/grant.ts';
import { type Lifetime, type SessionLimits, withActivity } from './lifetime.ts';

/** What one session did in a few seconds, as an application reported it. */
export interface ActivityEvent {
  readonly sessionId: SessionId;
  /** The last of what it tells of. */
  readonly at: Instant;
  /** Null, as method and status, where a session is told of as a whole. */
  readonly routeClass: string | null;
  readonly method: ActivityMethod | null;
  readonly status: StatusClass | null;
  /** Nobody was there: a timer asked. */
  readonly isPassive: boolean;
  readonly requests: number;
  readonly bytesOut: number;
  readonly records: number;
  /** Sensitive actions by name. */
  readonly actions: readonly { readonly name: string; readonly count: number }[];
}

/** All of one session in one report. */
export interface ActivityTotal {
  readonly sessionId: SessionId;
  readonly requests: number;
  readonly bytesOut: number;
  readonly records: number;
  readonly actions: number;
  readonly lastAt: Instant;
  /** The last request that a person stood behind; null: none did. */
  readonly activeAt: Instant | null;
}

/** Both limits of a session, and whether it still is one. */
export interface LiveLifetime extends Lifetime {
  readonly id: SessionId;
  readonly state: SessionState;
}

/** What a report writes, all of it or, where the batch was taken before, nothing. */
export interface ActivityWork {
  readonly tenant: TenantId;
  readonly serviceId: ServiceId;
  /** That this batch was taken. */
  readonly mark: Mark;
  readonly now: Instant;
  /** One in so many sessions is told of; 1: all. */
  readonly sampled: number;
  readonly events: readonly ActivityEvent[];
  /** When the events are forgotten. */
  readonly eventsExpireAt: Instant;
  readonly totals: readonly ActivityTotal[];
  /** The policy by which limits move: where another is in force by now, nothing is written. Null: none was asked. */
  readonly policyVersion: number | null;
  /** Sessions whose idle limit moves. */
  readonly moves: readonly (Lifetime & { readonly id: SessionId })[];
}

/** How long what was reported stays readable. */
export const activityEventsKeptMs = 6 * 3_600_000;

/** A step of the idle limit smaller than this is not worth a write: an active session is written six times a minute at most. */
const smallestStepMs = 10_000;

/**
 * Where activity moves the limits of a session; null: nowhere. The time of the event counts, though never one that is yet
 * to come, and what has ended or run out stays so.
 */
export function lifetimeAfter(
  session: LiveLifetime,
  limits: SessionLimits,
  { activeAt, now }: { readonly activeAt: Instant; readonly now: Instant },
): Lifetime | null {
  const isLive = session.state === 'active' && now < session.idleExpiresAt && now < session.absoluteExpiresAt;
  if (!isLive) return null;
  const next = withActivity(session, limits, Math.min(activeAt, now));
  const stepMs = next.idleExpiresAt - session.idleExpiresAt;
  const isLast = next.idleExpiresAt === next.absoluteExpiresAt;
  return stepMs >= smallestStepMs || (isLast && stepMs > 0) ? next : null;
}

/** Whether a batch that ends then may be taken: for that long it is remembered that it was. */
export function isTimely(to: Instant, now: Instant): boolean {
  return to >= now - activityBounds.ageMs && to <= now + activityBounds.aheadMs;
}

/** Until when it must be remembered that a batch was taken: from then on it is untimely. */
export function rememberBatchUntil(to: Instant): Instant {
  return to + activityBounds.ageMs;
}

/** One total for each session, in the order of their ids. */
export function totalsOf(events: readonly ActivityEvent[]): ActivityTotal[] {
  const totals = new Map<SessionId, ActivityTotal>();
  for (const event of events) totals.set(event.sessionId, added(totals.get(event.sessionId), event));
  return [...totals.values()].sort((a, b) => (a.sessionId < b.sessionId ? -1 : 1));
}

function added(total: ActivityTotal | undefined, event: ActivityEvent): ActivityTotal {
  const activeAt = event.isPassive ? null : event.at;
  return {
    sessionId: event.sessionId,
    requests: (total?.requests ?? 0) + event.requests,
    bytesOut: (total?.bytesOut ?? 0) + event.bytesOut,
    records: (total?.records ?? 0) + event.records,
    actions: (total?.actions ?? 0) + event.actions.reduce((sum, { count }) => sum + count, 0),
    lastAt: Math.max(total?.lastAt ?? 0, event.at),
    activeAt: later(total?.activeAt ?? null, activeAt),
  };
}

function later(one: Instant | null, other: Instant | null): Instant | null {
  return one === null || other === null ? (one ?? other) : Math.max(one, other);
}
