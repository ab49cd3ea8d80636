import { hash } from 'node:crypto';
import type { ActivityEntry, ActivityReport, SessionId, TenantId } from '@argus/contract';
import {
  type ActivityEvent,
  type ActivityWork,
  activityEventsKeptMs,
  isEntitled,
  isTimely,
  lifetimeAfter,
  lifetimeUnder,
  limitsOf,
  rememberBatchUntil,
  type Service,
  subjectOf,
  totalsOf,
} from '@argus/core';
import { type ActivityWritten, lifetimesOf } from '@argus/store';
import type { TenantPolicy } from '../policy/policy-book.ts';
import type { Services } from '../services.ts';

/** What became of a report. */
export interface Taken {
  readonly result: 'counted' | 'repeated' | 'untimely';
  readonly accepted: number;
  readonly unknown: number;
}

/**
 * Count what a service reports, and keep sessions alive that are used. Of other tenants' sessions nothing is written, and
 * the service learns no more than that its tenant does not have them.
 */
export async function takeReport(services: Services, by: Service, report: ActivityReport): Promise<Taken> {
  const now = services.clock.now();
  const taken = await take(services, { by, report, now });
  const { metrics } = services;
  metrics.activityBatches.inc({ result: taken.result });
  if (taken.result !== 'counted') return taken;
  metrics.activityEntries.inc({ outcome: 'accepted' }, taken.accepted);
  metrics.activityEntries.inc({ outcome: 'unknown' }, taken.unknown);
  metrics.activityUntold.inc({ why: 'sampled' }, report.sampling?.requests ?? 0);
  metrics.activityUntold.inc({ why: 'lost' }, report.lost?.requests ?? 0);
  return taken;
}

interface Asked {
  readonly by: Service;
  readonly report: ActivityReport;
  readonly now: number;
}

async function take(services: Services, { by, report, now }: Asked): Promise<Taken> {
  const to = Date.parse(report.to);
  if (!isTimely(to, now)) return { result: 'untimely', accepted: 0, unknown: 0 };
  const events = report.entries.map((entry) => eventOf(entry, now));
  const totals = totalsOf(events);
  const sampled = report.sampling?.factor ?? 1;
  const isWatched = await isForDetection(services, by.tenant);
  const work: Counted = {
    tenant: by.tenant,
    serviceId: by.id,
    mark: {
      use: 'activity',
      hash: hash('sha256', `${by.id} ${report.batch.toLowerCase()}`, 'buffer'),
      expiresAt: rememberBatchUntil(to),
    },
    now,
    sampled,
    events: isWatched ? events : [],
    eventsExpireAt: now + activityEventsKeptMs,
    totals,
  };
  const { isFirst, known, moved } = await record(services, by, work);
  if (!isFirst) return { result: 'repeated', accepted: 0, unknown: 0 };
  services.metrics.activityExtensions.inc(moved);
  const ours = known.size === totals.length ? events : events.filter(({ sessionId }) => known.has(sessionId));
  if (ours.length > 0 && isWatched)
    services.activity.publish({ tenant: by.tenant, serviceId: by.id, sampled, events: ours });
  return { result: 'counted', accepted: ours.length, unknown: events.length - ours.length };
}

/** What happened in detail is kept for detection alone, and told to nobody whose plan has none. */
async function isForDetection({ tenants }: Services, id: TenantId): Promise<boolean> {
  const tenant = await tenants.find(id);
  return tenant !== null && isEntitled(tenant, 'advanced-threat-detection');
}

/** What is counted, whatever limits it moves. */
type Counted = Omit<ActivityWork, 'moves' | 'policyVersion'>;

/** How often it is decided anew when another policy came meanwhile, before the counts alone are written. */
const rounds = 3;

async function record(services: Services, by: Service, counted: Counted): Promise<ActivityWritten> {
  for (let round = 0; round < rounds; round += 1) {
    const policy = await services.policies.of(by.tenant);
    const moves = await movesOf(services, counted, policy);
    const policyVersion = Number.isFinite(policy.version) ? policy.version : null;
    const written = await services.store.recordActivity({ ...counted, moves, policyVersion });
    if (!written.isOutdated) return written;
    services.policies.forget(by.tenant);
  }
  return services.store.recordActivity({ ...counted, moves: [], policyVersion: null });
}

/** Sessions whose idle limit moves by what is told of them. The statement that moves them judges again. */
async function movesOf(
  { store }: Services,
  { tenant, totals, now }: Counted,
  policy: TenantPolicy,
): Promise<ActivityWork['moves']> {
  const active = new Map(
    totals.flatMap(({ sessionId, activeAt }) => (activeAt === null ? [] : [[sessionId, activeAt]])),
  );
  if (active.size === 0) return [];
  const sessions = await lifetimesOf(store.pool, tenant, [...active.keys()]);
  return sessions.flatMap((session) => {
    const activeAt = active.get(session.id) ?? session.lastActiveAt;
    const limits = limitsOf(policy.resolve(subjectOf(session.user, session)).session, session);
    const lifetime = lifetimeAfter(lifetimeUnder(session, limits), limits, { activeAt, now });
    return lifetime ? [{ id: session.id, ...lifetime }] : [];
  });
}

function eventOf(entry: ActivityEntry, now: number): ActivityEvent {
  return {
    // As the database spells it; of the form that the contract gives it.
    sessionId: entry.sid.toLowerCase() as SessionId,
    at: Math.min(Date.parse(entry.at), now),
    routeClass: entry.routeClass ?? null,
    method: entry.method ?? null,
    status: entry.status ?? null,
    isPassive: entry.passive ?? false,
    requests: entry.requests,
    bytesOut: entry.bytesOut,
    records: entry.records ?? 0,
    actions: entry.actions ?? [],
  };
}
