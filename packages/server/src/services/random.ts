import { randomBytes, randomFillSync } from 'node:crypto';
import type { Clock } from './clock.ts';

/** Where the server's chance comes from; tests bring a seeded one. */
export interface Random {
  bytes(size: number): Buffer;
  /** A UUIDv7 (RFC 9562 §5.7): sorts by time, names things, proves nothing. */
  uuid(): string;
}

/** Randomness from the operating system. */
export function systemRandom(clock: Clock): Random {
  const pool = new Uint8Array(4096);
  let used = pool.length;
  let last = { at: 0, count: 0 };
  return {
    bytes: (size) => randomBytes(size),
    uuid() {
      last = nextPlace(last, clock.now());
      if (used + 8 > pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      const chance = pool.subarray(used, used + 8);
      used += 8;
      return uuidv7(last, chance);
    },
  };
}

interface Place {
  readonly at: number;
  readonly count: number;
}

/** What is named later in one millisecond sorts later (RFC 9562 §6.2 method 1); 4,096 names on, time is borrowed. */
function nextPlace(last: Place, now: number): Place {
  if (now > last.at) return { at: now, count: 0 };
  return last.count < 0xfff ? { at: last.at, count: last.count + 1 } : { at: last.at + 1, count: 0 };
}

/** Lay out a UUIDv7 from a time, a count within it and random bytes. */
export function uuidv7({ at, count }: Place, chance: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(at, 0, 6);
  bytes.set(chance.subarray(0, 8), 8);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
