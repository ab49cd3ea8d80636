import { argon2 } from './kinds/argon2.ts';
import { bcrypt } from './kinds/bcrypt.ts';
import { firebaseScrypt } from './kinds/firebase-scrypt.ts';
import { pbkdf2 } from './kinds/pbkdf2.ts';
import { scrypt } from './kinds/scrypt.ts';

/** A hash that was read, with its costs known to be bearable. */
export interface StoredHash {
  /** Does the work of the hash there and then, so only a thread of hashing may ask; compares in constant time. */
  isHashOf(password: string): boolean;
}

/** What speaks against a text, in words for the operator who brought it. Never holds any of the text. */
export interface HashMistake {
  readonly mistake: string;
}

/** One way of hashing that is understood. A new one is a file in `kinds/` and a line below. */
export interface HashKind {
  /** With one of these its texts begin. */
  readonly beginnings: readonly string[];
  read(text: string): StoredHash | HashMistake;
}

const kinds: readonly HashKind[] = [argon2, bcrypt, scrypt, pbkdf2, firebaseScrypt];

/** Longest text of a hash, as the database holds it. */
const longest = 512;

/** Read a stored hash by its own words. Does no work but reading: costs are judged before any is spent. */
export function readStoredHash(text: string): StoredHash | HashMistake {
  if (text.length > longest) return { mistake: `is longer than ${longest} characters` };
  const kind = kinds.find(({ beginnings }) => beginnings.some((beginning) => text.startsWith(beginning)));
  return kind ? kind.read(text) : { mistake: 'is of no kind that is understood' };
}

/**
 * Whether a hash that another system made can be taken over: null, or what speaks against it. Understood are Argon2,
 * bcrypt, scrypt, PBKDF2 and Firebase's scrypt, each in its usual text, at a cost that one sign-in may have.
 */
export function judgeImportedHash(text: string): string | null {
  const read = readStoredHash(text);
  return 'mistake' in read ? read.mistake : null;
}
