import type { Instant, TenantId, UserId } from '@argus/contract';
import { type Change, type LockRule, lockRulesOf, newcomerOf, readUserAgent, type User } from '@argus/core';
import { slowDown } from '../flows/slow-down.ts';
import type { Refused } from '../http/answer.ts';
import type { CallOrigin } from '../http/caller.ts';
import type { Services } from '../services.ts';

/** Whose password is about to be looked at. */
export interface Guessed {
  readonly tenant: TenantId;
  /** Null: nobody has the address. */
  readonly user: User | null;
  /** Canonical, or what stands for no address. */
  readonly email: string;
  /** The person was seen on this device before. */
  readonly isKnownDevice: boolean;
  readonly origin: CallOrigin;
}

/** A password that may be looked at. */
export interface Tried {
  /** How long its being wrong locks; null: it locks nothing. */
  readonly lockedUntil: Instant | null;
  readonly failures: number;
  /** What to write when it is right. */
  readonly whenRight: readonly Change[];
}

/**
 * Count a password in the database before it is looked at: of any number that come at once, and to however many
 * processes, no more than policy allows are ever compared. An address that nobody has is counted in the same way.
 */
export async function tryPassword(services: Services, guessed: Guessed): Promise<Tried | Refused> {
  const { tenant, user, email, isKnownDevice, origin } = guessed;
  const subject = user
    ? newcomerOf(user, origin.userAgent)
    : ({ deviceClass: readUserAgent(origin.userAgent).type, riskLevel: 'low' } as const);
  const { lockout } = (await services.policies.effective(tenant, subject)).authentication;
  const rules = lockRulesOf(lockout);
  const userId = user?.id ?? (services.secrets.nobodyOf(`${tenant}/${email}`) as UserId); // stands for one
  const count = (rule: LockRule, isKnown: boolean) =>
    take(services, { tenant, userId, rule, isKnownDevice: isKnown });
  const first = isKnownDevice && rules.knownDevices ? await count(rules.knownDevices, true) : null;
  // Guessed at too often in a row on known devices: from then on they are strangers.
  const counted = first === null || first.isExhausted ? await count(rules.strangers, false) : first;
  if (counted.tried) return counted.tried;
  const { seconds } = rules.strangers;
  const now = services.clock.now();
  const retryAfterSeconds = counted.lockedUntil ? Math.ceil((counted.lockedUntil - now) / 1000) : seconds;
  // The lock itself was told of: no line for each that it keeps out.
  const throttled = { limit: 'account', retryAfterSeconds, isNews: false } as const;
  return slowDown(services, { tenant, origin, throttled, userId: user?.id });
}

interface Taking {
  readonly tenant: TenantId;
  readonly userId: UserId;
  readonly rule: LockRule;
  readonly isKnownDevice: boolean;
}

async function take(services: Services, { tenant, userId, rule, isKnownDevice }: Taking) {
  const at = services.clock.now();
  const { isTaken, lockedUntil } = await services.store.countPasswordTry({
    tenant,
    userId,
    isKnownDevice,
    rule,
    at,
  });
  const forget: Change = { kind: 'forget-password-tries', userId, isKnownDevice };
  const tried: Tried | null = isTaken ? { lockedUntil, failures: rule.failures, whenRight: [forget] } : null;
  return { tried, lockedUntil, isExhausted: !isTaken && lockedUntil === null && rule.most !== null };
}
