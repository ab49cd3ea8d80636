import type { Options } from '@node-rs/argon2';
import { Piscina } from 'piscina';
import type { HashingTask } from './hashing-thread.ts';

/**
 * Hashing in threads of its own. In those that Node shares, token signatures would wait behind it; and these step back
 * (`nice`, on Linux), so that a flood of sign-ins takes what the people who are signed in leave.
 */
export interface HashingThreads extends AsyncDisposable {
  /** PHC string. */
  make(password: string, options: Options): Promise<string>;
  /** The bare hash. */
  bytes(password: string, options: Options): Promise<Uint8Array>;
  /** Whether the stored hash is of one of these passwords, tried in this order. */
  compare(text: string, passwords: readonly string[]): Promise<boolean>;
}

/** How far hashing steps back, of 19. */
const politeness = 10;

/**
 * Nobody listens for errors of the pool: a thread that dies in its work fails that work, but where none can start nobody
 * could sign in any more, and the process ends as by any other fault.
 */
export function createHashingThreads(width: number): HashingThreads {
  const pool = new Piscina<HashingTask>({
    filename: new URL('./hashing-thread.ts', import.meta.url).href,
    minThreads: width,
    maxThreads: width,
    niceIncrement: politeness,
  });
  return {
    make: (password, options) => pool.run({ kind: 'make', password, options }),
    bytes: (password, options) => pool.run({ kind: 'bytes', password, options }),
    compare: (text, passwords) => pool.run({ kind: 'compare', text, passwords }),
    [Symbol.asyncDispose]: () => pool.destroy(),
  };
}
