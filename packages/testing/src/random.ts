import { createCipheriv, createHash } from 'node:crypto';
import { type Clock, fakeEpochMs } from './clock.ts';

/** Chance as every package asks for it. */
export interface Random {
  bytes(length: number): Buffer;
  /** A UUID of version 7 (RFC 9562 §5.7), each greater than the one before. */
  uuid(): string;
}

/**
 * Chance that repeats: the same seed gives the same bytes and ids, in the same order.
 * The bytes are the ChaCha20 key stream (RFC 8439 §2.4) under SHA-256(seed) and a zero nonce,
 * so they pass for random wherever a test looks at their shape. Never for anything real.
 *
 * @param seed any text; a property test passes the seed it was given
 * @param clock where the time inside the ids comes from; without one it stands at the fake epoch
 */
export function seededRandom(seed: string | number, clock?: Clock): Random {
  const key = createHash('sha256').update(String(seed)).digest();
  const stream = createCipheriv('chacha20', key, Buffer.alloc(16));
  const bytes = (length: number): Buffer => stream.update(Buffer.alloc(length));
  let lastMs = -1;
  let counter = 0;
  const uuid = (): string => {
    const nowMs = Math.max(clock?.now() ?? fakeEpochMs, lastMs);
    counter = nowMs === lastMs ? counter + 1 : 0;
    // RFC 9562 §6.2 method 1: when the counter is full, borrow the next millisecond.
    lastMs = counter > 0xfff ? nowMs + 1 : nowMs;
    counter &= 0xfff;
    return uuidV7(lastMs, counter, bytes(8));
  };
  return { bytes, uuid };
}

function uuidV7(ms: number, counter: number, tail: Buffer): string {
  tail[0] = ((tail[0] ?? 0) & 0x3f) | 0x80;
  const time = ms.toString(16).padStart(12, '0');
  const rest = tail.toString('hex');
  const version = `7${counter.toString(16).padStart(3, '0')}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${rest.slice(0, 4)}-${rest.slice(4)}`;
}
