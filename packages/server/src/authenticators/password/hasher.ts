import { availableParallelism } from 'node:os';
import { canonicalPassword } from '@argus/core';
import type { Algorithm } from '@node-rs/argon2';
import type { Random } from '../../services/random.ts';
import { type Asking, createGate } from './gate.ts';
import { createHashingThreads } from './hashing-threads.ts';
import { argon2CostsOf } from './kinds/argon2.ts';
import { judgeImportedHash } from './stored-hash.ts';

export { type Asking, HashingBusy } from './gate.ts';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane (RFC 9106 §4 gives the frame). */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

export interface PasswordHasher {
  /** PHC string with a fresh salt. Throws `HashingBusy` when too many wait. */
  hash(password: string, who?: Asking): Promise<string>;
  /**
   * Whether the password is right; `null` costs the same work and is always wrong, and so is text that is no hash.
   * A hash that was brought from elsewhere (`judgeImportedHash`) costs what its own parameters say, so until the
   * first sign-in after the import, which replaces it, the time of an answer can tell that such an account exists.
   * Throws `HashingBusy` when too many wait.
   */
  verify(phc: string | null, password: string, who?: Asking): Promise<boolean>;
  /** 32 bytes under a salt that the caller keeps, of text that it made itself. */
  hashRaw(text: string, salt: Uint8Array, who?: Asking): Promise<Uint8Array>;
  /** Whether the hash is Argon2id of at least today's cost; any other is replaced when its password is next proved. */
  isCurrent(phc: string): boolean;
  /** Hashes in flight and waiting. */
  load(): number;
}

/** As many hashes at once as there are cores. */
export async function createPasswordHasher(random: Random): Promise<PasswordHasher & AsyncDisposable> {
  const width = Math.max(1, availableParallelism());
  const gate = createGate({ width, waiting: 256 });
  const threads = createHashingThreads(width);
  const make = (password: string) =>
    threads.make(canonicalPassword(password), { ...parameters, salt: random.bytes(16) });
  const nobody = await make(random.bytes(16).toString('base64url'));
  return {
    hash: (password, who = 'stranger') => gate.run(who, () => make(password)),
    verify: (phc, password, who = 'stranger') =>
      gate.run(who, async () => {
        // Nobody's password, and text that is no hash, cost what a right one costs.
        if (phc === null || judgeImportedHash(phc) !== null)
          return (await threads.compare(nobody, [canonicalPassword(password)])) && false;
        return threads.compare(phc, formsOf(phc, password));
      }),
    hashRaw: (text, salt, who = 'stranger') =>
      gate.run(who, () => threads.bytes(text, { ...parameters, salt, outputLen: 32 })),
    isCurrent,
    load: gate.load,
    [Symbol.asyncDispose]: () => threads[Symbol.asyncDispose](),
  };
}

// Others hashed the characters as they came; the composed form is for whoever types them on another keyboard today.
function formsOf(phc: string, password: string): string[] {
  const composed = canonicalPassword(password);
  return isCurrent(phc) || composed === password ? [composed] : [password, composed];
}

function isCurrent(phc: string): boolean {
  const costs = argon2CostsOf(phc);
  return (
    costs !== null &&
    costs.kind === 'argon2id' &&
    costs.version === 19 &&
    costs.memoryKiB >= parameters.memoryCost &&
    costs.passes >= parameters.timeCost
  );
}
