import type { Instant, SessionId, TenantId, UserId } from '@argus/contract';
import type { SignInProgress } from '@argus/core';
import { type Pool, timestamp } from '../postgres/pool.ts';
import { progressOf } from '../tables/authenticator-rows.ts';
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

/** How many live sessions a person has, without one of them. */
export async function countLiveSessions(
  pool: Pool,
  tenant: TenantId,
  ask: { readonly userId: UserId; readonly except: SessionId | null; readonly now: Instant },
): Promise<number> {
  const { rows } = await pool.query<{ live: number }>({
    name: 'count-live-sessions',
    text: `SELECT count(*) AS live FROM sessions
      WHERE tenant_id = $1 AND user_id = $2 AND state = 'active' AND idle_expires_at > $4
        AND ($3::uuid IS NULL OR id <> $3)`,
    values: [tenant, ask.userId, ask.except, timestamp(ask.now)],
  });
  return rows[0]?.live ?? 0;
}
