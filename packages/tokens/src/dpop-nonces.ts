import { createHmac, type KeyObject } from 'node:crypto';
import { TokensFault } from './fault.ts';
import { equalInConstantTime } from './refresh-token.ts';
import type { Clock } from './services/clock.ts';

/** What a proof must contain to have been made lately (RFC 9449 §8). */
export interface DpopNonces {
  current(): string;
  /** Whether it is the current one or the one before. */
  isGood(nonce: string): boolean;
}

export interface DpopNonceOptions {
  /** Secret, and shared by all nodes: then each takes the nonces of the others, and none stores any. */
  readonly key: KeyObject;
  readonly clock: Clock;
  /** After this the next nonce is handed out; each is good for at least as long again, at most twice as long. */
  readonly lifeSeconds: number;
}

/** Nonces that nobody can tell in advance: an HMAC over the number of the present time slot. */
export function createDpopNonces({ key, clock, lifeSeconds }: DpopNonceOptions): DpopNonces {
  if (key.type !== 'secret' || (key.symmetricKeySize ?? 0) < 32) {
    throw new TokensFault('nonces are made with a secret of at least 32 bytes');
  }
  if (!Number.isSafeInteger(lifeSeconds) || lifeSeconds < 1) {
    throw new TokensFault('a nonce lives for a whole number of seconds');
  }
  const slotNow = () => Math.floor(clock.now() / (lifeSeconds * 1000));
  return {
    current: () => nonceOf(key, slotNow()),
    isGood: (nonce) => {
      const slot = slotNow();
      // Both are computed, so that nobody learns by time which one it was.
      const isCurrent = equalInConstantTime(nonce, nonceOf(key, slot));
      const isPrevious = equalInConstantTime(nonce, nonceOf(key, slot - 1));
      return isCurrent || isPrevious;
    },
  };
}

function nonceOf(key: KeyObject, slot: number): string {
  return createHmac('sha256', key).update(`argus-dpop-nonce ${slot}`).digest('base64url');
}
