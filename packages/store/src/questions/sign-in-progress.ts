import type { Instant, SessionId, TenantId, UserId } from '@argus/contract';
import type { LiveSession, SignInProgress } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { progressOf } from '../tables/authenticator-rows.ts';
import { liveSessionOf, liveSessionsText } from '../tables/live-session-rows.ts';
import type { Row } from '../tables/rows.ts';

/** The sign-in that an attempt cookie is in the middle of. */
export async function progressOfAttempt(
  pool: Pool,
  tenant: TenantId,
  { attemptHash, now }: { readonly attemptHash: Uint8Array; readonly now: Instant },
): Promise<SignInProgress | null> {
  const { rows } = await pool.query<Row>({
    name: 'sign-in-progress',
    text: 'SELECT * FROM sign_in_progress WHERE tenant_id = $1 AND attempt_hash = $2 AND expires_at > $3',
    values: [tenant, attemptHash, timestamp(now)],
  });
  return rows[0] ? progressOf(rows[0]) : null;
}

/** A person's live sessions as who gives way is decided of them, without one of them. */
export async function sessionsInTheWay(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly except: SessionId | null; readonly now: Instant },
): Promise<readonly LiveSession[]> {
  const { rows } = await pool.query<Row>({
    name: 'sessions-in-the-way',
    text: liveSessionsText,
    values: [tenant, ask.userId, timestamp(ask.now), ask.except],
  });
  return rows.map(liveSessionOf);
}
