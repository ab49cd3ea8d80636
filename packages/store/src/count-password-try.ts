import type { Instant, TenantId, UserId } from '@argus/contract';
import type { LockRule } from '@argus/core';
import { type Pool, timestamp } from './postgres/pool.ts';
import { passwordLock } from './questions/password-lock.ts';

export interface PasswordTry {
  readonly tenant: TenantId;
  /** Whose password is guessed at, or what stands for somebody who does not exist. */
  readonly userId: UserId;
  readonly isKnownDevice: boolean;
  readonly rule: LockRule;
  readonly at: Instant;
}

export interface PasswordTryCounted {
  /** Whether the password may be looked at. */
  readonly isTaken: boolean;
  /**
   * Of one that was taken: how long its being wrong locks, null when it locks nothing. Of another: the end of the lock,
   * null when it was tried as often as the rule counts at all.
   */
  readonly lockedUntil: Instant | null;
}

// The count and the lock in one guarded statement: whoever comes at the same moment waits for the row and is judged by
// what stands there then.
const take = `
  INSERT INTO password_tries AS p (tenant_id, user_id, is_known_device, in_a_row, in_all, locked_until, expires_at)
  VALUES ($1, $2, $3, 1, 1, CASE WHEN $5::integer <= 1 THEN $4::timestamptz + $6::integer * interval '1 second' END,
    $4::timestamptz + $8::integer * interval '1 second')
  ON CONFLICT (tenant_id, user_id, is_known_device) DO UPDATE SET
    in_a_row = CASE WHEN p.locked_until IS NOT NULL OR p.expires_at <= $4 THEN 1 ELSE p.in_a_row + 1 END,
    in_all = p.in_all + 1,
    locked_until = CASE
      WHEN $5::integer <= CASE WHEN p.locked_until IS NOT NULL OR p.expires_at <= $4 THEN 1 ELSE p.in_a_row + 1 END
      THEN $4::timestamptz + $6::integer * interval '1 second' END,
    expires_at = EXCLUDED.expires_at
  WHERE (p.locked_until IS NULL OR p.locked_until <= $4) AND ($7::integer IS NULL OR p.in_all < $7)
  RETURNING locked_until`;

/** Count a password before it is looked at. */
export async function countPasswordTry(
  pool: Pool,
  { tenant, userId, isKnownDevice, rule, at }: PasswordTry,
): Promise<PasswordTryCounted> {
  const { failures, seconds, most, forgottenAfterSeconds } = rule;
  const { rows } = await pool.query<{ locked_until: Instant | null }>({
    name: 'take-password-try',
    text: take,
    values: [
      tenant,
      userId,
      isKnownDevice,
      timestamp(at),
      failures,
      Math.ceil(seconds),
      most,
      forgottenAfterSeconds,
    ],
  });
  if (rows[0]) return { isTaken: true, lockedUntil: rows[0].locked_until };
  const lockedUntil = await passwordLock(pool, tenant, { userId, isKnownDevice, now: at });
  return { isTaken: false, lockedUntil };
}
