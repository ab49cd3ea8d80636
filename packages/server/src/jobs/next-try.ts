import type { Instant } from '@argus/contract';
import type { Random } from '../services/random.ts';

/** How long and how often something that must arrive is tried again. */
export interface Patience {
  readonly firstPauseMs: number;
  readonly longestPauseMs: number;
  /** After this, counted from the beginning, it is given up. */
  readonly patienceMs: number;
}

/** What was tried, and how often so far. */
export interface Tried {
  readonly attempts: number;
  readonly createdAt: Instant;
}

/** The longer it lasts, the rarer; each pause is stretched by chance, so that tries do not come in waves. Null: give up. */
export function nextTry(
  { firstPauseMs, longestPauseMs, patienceMs }: Patience,
  { attempts, createdAt }: Tried,
  { now, random }: { readonly now: Instant; readonly random: Pick<Random, 'bytes'> },
): Instant | null {
  const pauseMs = Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);
  const chance = random.bytes(2).readUInt16BE(0) / 0x10000;
  const at = now + Math.floor(pauseMs * (1 + chance / 4));
  return at - createdAt > patienceMs ? null : at;
}
