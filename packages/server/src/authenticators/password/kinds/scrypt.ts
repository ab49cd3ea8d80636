import { scryptSync } from 'node:crypto';
import type { HashKind } from '../stored-hash.ts';
import {
  areUsable,
  bytesOf,
  countOf,
  isSame,
  mostMemoryBytes,
  notReadable,
  settingsOf,
  tooCostly,
} from './text.ts';

export interface ScryptCosts {
  /** N as a power of two. */
  readonly logRounds: number;
  readonly blockSize: number;
  readonly lanes: number;
}

/** N · r · p at most: eight times what 128 MiB hold. */
const mostWork = 2 ** 23;

/** scrypt as `$scrypt$ln=..,r=..,p=..$salt$hash` (RFC 7914; the text is passlib's). */
export const scrypt: HashKind = {
  beginnings: ['$scrypt$'],
  read(text) {
    const [, , settings, saltText, hashText, ...rest] = text.split('$');
    const read = settingsOf(settings, ['ln', 'r', 'p']);
    const salt = bytesOf(saltText ?? '');
    const hash = bytesOf(hashText ?? '');
    const costs = scryptCostsOf({ ln: read?.ln, r: read?.r, p: read?.p });
    if (!salt || !hash || !costs || rest.length > 0 || !areUsable(salt, hash)) return notReadable;
    if (!isBearable(costs)) return tooCostly;
    return {
      isHashOf: (password) => isSame(scryptOf(password, { salt, costs, bytes: hash.length }), hash),
    };
  },
};

/** The costs of scrypt from their texts; null when one is no number. */
export function scryptCostsOf(text: {
  ln: string | undefined;
  r: string | undefined;
  p: string | undefined;
}): ScryptCosts | null {
  const logRounds = countOf(text.ln);
  const blockSize = countOf(text.r);
  const lanes = countOf(text.p);
  if (logRounds === null || blockSize === null || lanes === null) return null;
  // RFC 7914 §2: N is less than 2^(128 · r / 8).
  return logRounds < 16 * blockSize ? { logRounds, blockSize, lanes } : null;
}

/** RFC 7914 §6: 128 · N · r bytes, and as many rounds as N · r · p. */
export function isBearable({ logRounds, blockSize, lanes }: ScryptCosts): boolean {
  const memory = 128 * 2 ** logRounds * blockSize;
  return memory <= mostMemoryBytes && 2 ** logRounds * blockSize * lanes <= mostWork;
}

/** The work itself. */
export function scryptOf(
  password: string,
  { salt, costs, bytes }: { salt: Buffer; costs: ScryptCosts; bytes: number },
): Buffer {
  const { logRounds, blockSize, lanes } = costs;
  const options = { N: 2 ** logRounds, r: blockSize, p: lanes, maxmem: 2 * mostMemoryBytes };
  return scryptSync(password, salt, bytes, options);
}
