import { pbkdf2Sync } from 'node:crypto';
import type { HashKind } from '../stored-hash.ts';
import { areUsable, bytesOf, countOf, isSame, notReadable, tooCostly } from './text.ts';

/** Rounds at most, summed over the blocks of the hash: about a second and a half. */
const mostRounds = 2_500_000;

const form = /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(?:i=)?(\d+)\$([A-Za-z0-9+/.=]*)\$([A-Za-z0-9+/.=]+)$/;
const blockBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

/** PBKDF2 (RFC 8018 §5.2) as `$pbkdf2-sha256$i=..$salt$hash`, or as passlib writes it, where no digest means SHA-1. */
export const pbkdf2: HashKind = {
  beginnings: ['$pbkdf2$', '$pbkdf2-'],
  read(text) {
    const [, digest = 'sha1', roundsText, saltText, hashText] = form.exec(text) ?? [];
    const rounds = countOf(roundsText);
    const salt = bytesOf(saltText ?? '');
    const hash = bytesOf(hashText ?? '');
    if (rounds === null || !salt || !hash || !areUsable(salt, hash)) return notReadable;
    const blocks = Math.ceil(hash.length / blockBytes[digest as keyof typeof blockBytes]); // the form allows these
    if (rounds * blocks > mostRounds) return tooCostly;
    return {
      isHashOf: (password) => isSame(pbkdf2Sync(password, salt, rounds, hash.length, digest), hash),
    };
  },
};
