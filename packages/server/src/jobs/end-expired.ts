import type { EventDraft } from '@argus/core';
import { expiredSessions } from '@argus/store';
import { type Services, stamp } from '../services.ts';

const batch = 200;
const rounds = 50;

/**
 * Mark sessions whose limits have passed as ended, so that lists, limits and history are true.
 * No answer waits for this: every read judges the limits by itself. At most 10,000 a run.
 */
export async function endExpiredSessions(services: Services): Promise<number> {
  let total = 0;
  for (let round = 0; round < rounds; round += 1) {
    const at = services.clock.now();
    const expired = await expiredSessions(services.store.pool, { now: at, limit: batch });
    for (const { tenant, sessionId, userId, deviceId, isAbsolute } of expired) {
      const reason = isAbsolute ? 'absolute-expired' : 'idle-expired';
      const draft: EventDraft = {
        type: 'session.ended',
        actor: 'system',
        userId,
        sessionId,
        deviceId,
        reason,
      };
      const written = await services.store.commit({
        tenant,
        changes: [{ kind: 'end-session', sessionId, reason, at, ifExpired: true }],
        events: stamp(services, at, [draft]),
      });
      if (!written.isCommitted) continue; // it was active after all, or ended by somebody else
      total += 1;
      services.metrics.sessionsEnded.inc({ reason });
    }
    if (expired.length < batch) break;
  }
  return total;
}
