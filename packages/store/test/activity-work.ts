import { createHash } from 'node:crypto';
import type { Instant, ServiceId } from '@argus/contract';
import { type ActivityEvent, type ActivityWork, totalsOf } from '@argus/core';
import { at, type Person } from './stage.ts';

export const minute = 60_000;

export function activityEvent({ session }: Person, changes: Partial<ActivityEvent> = {}): ActivityEvent {
  return {
    sessionId: session.id,
    at: at + minute,
    routeClass: '/notes/:id',
    method: 'GET',
    status: '2xx',
    isPassive: false,
    requests: 3,
    bytesOut: 700,
    records: 2,
    actions: [{ name: 'notes.exported', count: 1 }],
    ...changes,
  };
}

/** A batch of that number about these people, each of whom was active at `at`. */
export function activityWork(
  people: readonly Person[],
  number: number,
  changes: Partial<ActivityWork> & { readonly activeAt?: Instant } = {},
): ActivityWork {
  const { activeAt = at + minute, ...others } = changes;
  const events = changes.events ?? people.map((person) => activityEvent(person, { at: activeAt }));
  const [first] = people;
  if (!first) throw new Error('somebody must have done something');
  const { tenant } = first;
  return {
    tenant,
    serviceId: `service-1-of-${tenant}` as ServiceId,
    mark: {
      use: 'activity',
      hash: createHash('sha256').update(`batch ${number}`).digest(),
      expiresAt: at + minute,
    },
    now: at + minute,
    sampled: 1,
    events,
    eventsExpireAt: at + 3 * 60 * minute,
    totals: totalsOf(events),
    policyVersion: null,
    moves: people.map(({ session }) => ({
      id: session.id,
      lastActiveAt: activeAt,
      idleExpiresAt: activeAt + 30 * minute,
      absoluteExpiresAt: session.absoluteExpiresAt,
    })),
    ...others,
  };
}
