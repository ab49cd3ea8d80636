import { randomBytes, randomUUID } from 'node:crypto';

/** Where chance comes from: cryptographically strong, replaced by a seeded one in tests. */
export interface Random {
  /** `count` fresh random bytes. */
  bytes(count: number): Buffer;
  /** A random UUID. */
  uuid(): string;
}

/** The operating system's generator. */
export const systemRandom: Random = { bytes: (count) => randomBytes(count), uuid: () => randomUUID() };
