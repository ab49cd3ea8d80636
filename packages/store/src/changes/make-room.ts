import { type Change, decideRoom, type Eviction } from '@argus/core';
import { timestamp } from '../postgres/pool.ts';
import { liveSessionOf, liveSessionsText } from '../tables/live-session-rows.ts';
import { sendMail } from './mails.ts';
import type { AskingStatement, GuardedStatement } from './write.ts';

type MakeRoom = Extract<Change, { kind: 'make-room' }>;

/**
 * Decided of what lives when this sign-in's turn has come, not of what lived when it was looked at: of many sign-ins at
 * once each would find the others' answer stale, and try again for ever. The user is held, so nothing begins meanwhile;
 * what ends meanwhile only makes more room.
 */
export function makeRoom(change: MakeRoom): AskingStatement {
  const { userId, sessionId, deviceClass, chosen, policy, at } = change;
  return {
    asks: {
      name: 'live-sessions-for-room',
      text: liveSessionsText,
      values: [userId, timestamp(at), sessionId],
    },
    follows(rows) {
      const decision = decideRoom(rows.map(liveSessionOf), { deviceClass, chosen }, policy);
      if (decision.kind !== 'admit') return null;
      if (decision.evicted.length === 0) return [];
      const evicting = evict(change, decision.evicted);
      return change.notice ? [evicting, sendMail({ kind: 'send-mail', mail: change.notice })] : [evicting];
    },
  };
}

function evict(
  { sessionId, policy, rules, at, by }: MakeRoom,
  evicted: readonly Eviction[],
): GuardedStatement {
  return {
    name: 'evict-sessions',
    text: `
      WITH live AS (
        SELECT s.id FROM sessions s
        WHERE s.tenant_id = $1 AND s.id = ANY ($2::uuid[]) AND s.state = 'active' ORDER BY s.id FOR NO KEY UPDATE OF s
      )
      UPDATE sessions s SET state = 'ended', ended_at = $3, end_reason = 'session-limit', made_room_for = $4 FROM live
      WHERE s.tenant_id = $1 AND s.id = live.id RETURNING s.id, s.user_id, s.device_id`,
    values: [evicted.map(({ id }) => id), timestamp(at), sessionId],
    expects: 0,
    ends: {
      reason: 'session-limit',
      at,
      by,
      details(id) {
        const limit = evicted.find((each) => each.id === id)?.limit ?? null;
        const ruled = limit && { limit: limit.path, most: limit.most, rule: rules[limit.path] ?? null };
        return { onLimit: policy.onLimit, ...ruled, madeRoomFor: sessionId };
      },
    },
  };
}
