import { availableParallelism } from 'node:os';
import { canonicalPassword } from '@argus/core';
import { type Algorithm, hash, hashRaw, verify } from '@node-rs/argon2';
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

/** Whoever shows a device that the account knows is served first: strangers alone can fill the queue of strangers. */
export type Asking = 'known' | 'stranger';

export interface PasswordHasher {
  /** PHC string with a fresh salt. */
  hash(password: string, who?: Asking): Promise<string>;
  /** Whether the password is right; `null` costs the same work and is always wrong. */
  verify(phc: string | null, password: string, who?: Asking): Promise<boolean>;
  /** 32 bytes under a salt that the caller keeps, of text that it made itself. */
  hashRaw(text: string, salt: Uint8Array, who?: Asking): Promise<Uint8Array>;
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
    hash: (password, who = 'stranger') => gate.run(who, () => make(password)),
    verify: (phc, password, who = 'stranger') =>
      gate.run(who, async () => {
        const isRight = await verify(phc ?? nobody, canonicalPassword(password));
        return phc !== null && isRight;
      }),
    hashRaw: (text, salt, who = 'stranger') =>
      gate.run(who, () => hashRaw(text, { ...parameters, salt, outputLen: 32 })),
    load: gate.load,
  };
}

function createGate({ width, waiting }: { width: number; waiting: number }) {
  const queues: { readonly [Who in Asking]: (() => void)[] } = { known: [], stranger: [] };
  let running = 0;
  const leave = () => {
    const next = queues.known.shift() ?? queues.stranger.shift();
    if (next) next();
    else running -= 1;
  };
  return {
    load: () => running + queues.known.length + queues.stranger.length,
    async run<T>(who: Asking, work: () => Promise<T>): Promise<T> {
      const queue = queues[who];
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
