import { availableParallelism } from 'node:os';
import { canonicalPassword } from '@argus/core';
import { type Algorithm, hash, hashRaw, verify } from '@node-rs/argon2';
import type { Random } from '../../services/random.ts';
import { type Asking, createGate } from './gate.ts';
import { argon2CostsOf } from './kinds/argon2.ts';
import { readStoredHash, type StoredHash } from './stored-hash.ts';

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

/** As many hashes at once as there are cores: more would only make token signatures wait. */
export async function createPasswordHasher(random: Random): Promise<PasswordHasher> {
  const gate = createGate({ width: Math.max(1, availableParallelism()), waiting: 256 });
  const make = (password: string) =>
    hash(canonicalPassword(password), { ...parameters, salt: random.bytes(16) });
  const nobody = await make(random.bytes(16).toString('base64url'));
  const isNobodys = async (password: string) => {
    await verify(nobody, canonicalPassword(password));
    return false;
  };
  return {
    hash: (password, who = 'stranger') => gate.run(who, () => make(password)),
    verify: (phc, password, who = 'stranger') =>
      gate.run(who, async () => {
        const known = phc === null ? null : readStoredHash(phc);
        // Nobody's password, and text that is no hash, cost what a right one costs.
        if (phc === null || known === null || 'mistake' in known) return isNobodys(password);
        return isCurrent(phc)
          ? known.isHashOf(canonicalPassword(password))
          : isHashOfAnyForm(known, password);
      }),
    hashRaw: (text, salt, who = 'stranger') =>
      gate.run(who, () => hashRaw(text, { ...parameters, salt, outputLen: 32 })),
    isCurrent,
    load: gate.load,
  };
}

// Others hashed the characters as they came; the composed form is for whoever types them on another keyboard today.
async function isHashOfAnyForm(stored: StoredHash, password: string): Promise<boolean> {
  if (await stored.isHashOf(password)) return true;
  const composed = canonicalPassword(password);
  return composed !== password && stored.isHashOf(composed);
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
