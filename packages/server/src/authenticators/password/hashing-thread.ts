import { hashRawSync, hashSync, type Options } from '@node-rs/argon2';
import { readStoredHash } from './stored-hash.ts';

/** What a thread of hashing is asked: to make a hash or its bare bytes, or whether a hash is of one of these passwords. */
export type HashingTask =
  | { readonly kind: 'make'; readonly password: string; readonly options: Options }
  | { readonly kind: 'bytes'; readonly password: string; readonly options: Options }
  | { readonly kind: 'compare'; readonly text: string; readonly passwords: readonly string[] };

/** Does one piece of work, for which it keeps its thread some ten milliseconds. Loaded by `createHashingThreads`. */
export default function work(task: HashingTask): string | boolean | Uint8Array {
  switch (task.kind) {
    case 'make':
      return hashSync(task.password, task.options);
    case 'bytes':
      return hashRawSync(task.password, task.options);
    case 'compare':
      return isHashOfAny(task.text, task.passwords);
  }
}

function isHashOfAny(text: string, passwords: readonly string[]): boolean {
  const stored = readStoredHash(text);
  return !('mistake' in stored) && passwords.some((password) => stored.isHashOf(password));
}
