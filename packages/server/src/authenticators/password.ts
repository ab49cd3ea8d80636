import { availableParallelism } from 'node:os';
import { canonicalPassword } from '@argus/core';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import type { Random } from '../services/random.ts';

/** OWASP's first choice for Argon2id: 19 MiB, two passes, one lane (RFC 9106 §4 gives the frame). */
const parameters = {
  algorithm: 2 satisfies Algorithm.Argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
} as const;

/** Too many hashes wait already: memory and the other requests are worth more. */
export class HashingBusy extends Error {
  override name = 'HashingBusy';
}

export interface PasswordHasher {
  /** PHC string with a fresh salt. */
  hash(password: string): Promise<string>;
  /** Whether the password is right; `null` costs the same work and is always wrong. */
  verify(phc: string | null, password: string): Promise<boolean>;
  /** Hashes in flight and waiting. */
  load(): number;
}

/** As many hashes at once as there are cores: more would only make token signatures wait. */
export async function createPasswordHasher(random: Random): Promise<PasswordHasher> {
  const gate = createGate({ width: Math.max(1, availableParallelism()), waiting: 256 });
  const make = (password: string) =>
    hash(canonicalPassword(password), { ...parameters, salt: random.bytes(16) });
  const nobody = await make(random.bytes(16).toString('base64url'));
  return {
    hash: (password) => gate.run(() => make(password)),
    verify: (phc, password) =>
      gate.run(async () => {
        const isRight = await verify(phc ?? nobody, canonicalPassword(password));
        return phc !== null && isRight;
      }),
    load: gate.load,
  };
}

function createGate({ width, waiting }: { width: number; waiting: number }) {
  const queue: (() => void)[] = [];
  let running = 0;
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    load: () => running + queue.length,
    async run<T>(work: () => Promise<T>): Promise<T> {
      if (running < width) running += 1;
      else if (queue.length >= waiting) throw new HashingBusy('too many password hashes are waiting');
      else await new Promise<void>((resolve) => queue.push(resolve));
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
