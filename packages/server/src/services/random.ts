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
  return {
    bytes: (size) => randomBytes(size),
    uuid() {
      if (used + 10 > pool.length) {
        randomFillSync(pool);
        used = 0;
      }
      const chance = pool.subarray(used, used + 10);
      used += 10;
      return uuidv7(clock.now(), chance);
    },
  };
}

/** Lay out a UUIDv7 from a time and ten random bytes. */
export function uuidv7(now: number, chance: Uint8Array): string {
  const bytes = Buffer.alloc(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes.set(chance, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
