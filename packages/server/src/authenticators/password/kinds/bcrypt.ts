import { verifySync } from '@node-rs/bcrypt';
import type { HashKind } from '../stored-hash.ts';
import { notReadable, tooCostly } from './text.ts';

/** 2x marks hashes of an implementation with a fault; what it hashed cannot be told any more. */
const form = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;

/** Doubles with every step; 14 takes about a second. */
const mostCost = 14;

/** bcrypt reads no more of a password. */
const longestBytes = 72;

/**
 * bcrypt in its usual text. It hashed the first 72 bytes of the password at its origin, so only these are compared:
 * that is what the hash can say. The hash that replaces it at this sign-in takes the whole password (ASVS 6.2.8).
 */
export const bcrypt: HashKind = {
  beginnings: ['$2a$', '$2b$', '$2y$'],
  read(text) {
    const cost = Number(form.exec(text)?.[1]);
    if (!(cost >= 4 && cost <= 31)) return notReadable;
    if (cost > mostCost) return tooCostly;
    return {
      isHashOf(password) {
        const bytes = Buffer.from(password, 'utf8').subarray(0, longestBytes);
        const isRight = verifySync(bytes, text);
        // bcrypt repeats its key with a zero byte between: "a", NUL, "a" would pass for "a".
        return isRight && !bytes.includes(0);
      },
    };
  },
};
