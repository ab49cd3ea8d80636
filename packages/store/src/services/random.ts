import { randomBytes } from 'node:crypto';

/** Where chance comes from: cryptographically strong, replaced by a seeded one in tests. */
export interface Random {
  /** `count` fresh random bytes. */
  bytes(count: number): Buffer;
}

/** The operating system's generator. */
export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
