import { networkOf } from '@argus/core';
import type { Counter } from 'prom-client';
import { type Buckets, createBuckets } from './buckets.ts';
import type { Limits } from './limits.ts';

/** Which limit, and on whom. An address is counted as `network`; all else by its own name. */
export interface Try {
  readonly limit: keyof Limits;
  readonly whose: string;
}

export interface Throttled {
  readonly limit: keyof Limits;
  readonly retryAfterSeconds: number;
  /** The first in a while: the audit log is told once, not for every try. */
  readonly isNews: boolean;
}

/** Bounded memory of who tried what how often. Each process has its own. */
export interface Throttle {
  /** Take one of each; the first limit that is used up, or null. */
  take(tries: readonly Try[], now: number): Throttled | null;
  /** Put one back after a try that was right. */
  giveBack(done: Try): void;
}

/** About 15 MB when every limit knows as many as it may. */
const most = 20_000;

export function createThrottle(limits: Limits, throttled: Counter<'limit'>): Throttle {
  const buckets: { readonly [Name in keyof Limits]: Buckets } = {
    network: createBuckets(limits.network, most),
    signUp: createBuckets(limits.signUp, most),
    signUpAgain: createBuckets(limits.signUpAgain, most),
    registration: createBuckets(limits.registration, most),
    account: createBuckets(limits.account, most),
    causedMail: createBuckets(limits.causedMail, most),
    device: createBuckets(limits.device, most),
    passkey: createBuckets(limits.passkey, most),
    code: createBuckets(limits.code, most),
    passwordChange: createBuckets(limits.passwordChange, most),
    refresh: createBuckets(limits.refresh, most),
    refusedRefresh: createBuckets(limits.refusedRefresh, most),
    refusedClient: createBuckets(limits.refusedClient, most),
    refusedAdministration: createBuckets(limits.refusedAdministration, most),
    personExport: createBuckets(limits.personExport, most),
    service: createBuckets(limits.service, most),
    oauth: createBuckets(limits.oauth, most),
    authorization: createBuckets(limits.authorization, most),
    deviceAuthorization: createBuckets(limits.deviceAuthorization, most),
    userCode: createBuckets(limits.userCode, most),
  };
  return {
    take(tries, now) {
      for (const { limit, whose } of tries) {
        const full = buckets[limit].take(whose, now);
        if (!full) continue;
        throttled.inc({ limit });
        return { limit, ...full };
      }
      return null;
    },
    giveBack: ({ limit, whose }) => buckets[limit].giveBack(whose),
  };
}

/** A stranger's try from an address. */
export function fromNetwork(limit: 'network' | 'signUp' | 'registration' | 'oauth', ip: string): Try {
  return { limit, whose: networkOf(ip) };
}
