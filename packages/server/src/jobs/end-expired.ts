import { type ExpiredSession, type SweepPlace, sweepSessions } from '@argus/store';
import type { Services } from '../services.ts';

/** Live sessions looked at in one question, and questions in one run: the rest waits for the next run. */
const width = 2_000;
const looks = 10;

/** Where the sweep stands on its walk over all live sessions. */
export interface Sweep {
  place: SweepPlace | null;
}

/**
 * Mark sessions whose limits have passed as ended, so that lists, limits and history are true.
 * No answer waits for this: every read judges the limits by itself. Answers how many it ended.
 */
export async function endExpiredSessions(services: Services, sweep: Sweep): Promise<number> {
  let ended = 0;
  for (let look = 0; look < looks; look += 1) {
    const now = services.clock.now();
    const { expired, next } = await sweepSessions(services.store.pool, { now, after: sweep.place, width });
    for (const session of expired) ended += await endExpired(services, session, now);
    sweep.place = next;
    if (!next) break;
  }
  return ended;
}

/** End one whose limits have passed, if they still have. */
export async function endExpired(services: Services, session: ExpiredSession, at: number): Promise<0 | 1> {
  const { tenant, sessionId, isAbsolute } = session;
  const reason = isAbsolute ? 'absolute-expired' : 'idle-expired';
  const written = await services.store.commit({
    tenant,
    changes: [{ kind: 'end-session', sessionId, reason, at, by: { actor: 'system' }, ifExpired: true }],
    events: [],
  });
  if (!written.isCommitted) return 0; // it was active after all, or ended by somebody else
  services.metrics.sessionsEnded.inc({ reason });
  return 1;
}
