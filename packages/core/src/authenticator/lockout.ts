import type { LockoutPolicy } from '../policy/policy.ts';

/** How many wrong passwords in a row lock, and for how long. */
export interface LockRule {
  readonly failures: number;
  readonly seconds: number;
  /** Tries since the last right one that are counted here at all; null: without end, one lock after the other. */
  readonly most: number | null;
  /** Tries that are so old count no more; null: they always do. */
  readonly forgottenAfterSeconds: number | null;
}

/** Where a known device may go on guessing (NIST SP 800-63B-4 §3.2.2: at most 100 in a row). */
const knownDevices = { failures: 10, seconds: 30 * 60, most: 100 };
/** The longest lock that policy can set: a run of tries is never forgotten while it locks. */
const dayInSeconds = 24 * 60 * 60;

/** What counts for strangers, and for devices that the person used before; null: they are counted together. */
export function lockRulesOf({ failures, seconds, knownDeviceBypass }: LockoutPolicy): {
  readonly strangers: LockRule;
  readonly knownDevices: LockRule | null;
} {
  return {
    strangers: { failures, seconds, most: null, forgottenAfterSeconds: dayInSeconds },
    knownDevices: knownDeviceBypass
      ? {
          failures: Math.min(failures, knownDevices.failures),
          seconds: Math.max(seconds, knownDevices.seconds),
          most: knownDevices.most,
          forgottenAfterSeconds: null,
        }
      : null,
  };
}
