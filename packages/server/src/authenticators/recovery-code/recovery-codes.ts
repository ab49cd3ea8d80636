import type { Services } from '../../services.ts';
import type { Asking } from '../password/hasher.ts';

/** Codes in a set. */
export const codesInSet = 10;
const lettersInCode = 10;
/** No 0 and O, no 1, I and L: nobody has to guess what was printed. Ten letters hold 49 bits. */
const alphabet = '23456789ABCDEFGHJKMNPQRSTUVWXYZ';
const saltBytes = 16;
/** A code with something between all its letters; anything longer is not looked at. */
const longestTyped = 4 * lettersInCode;

export interface NewRecoveryCodes {
  /** To be shown once and never kept. */
  readonly codes: readonly string[];
  /** One for the set, so that a guess at all of its codes costs one hash. */
  readonly salt: Uint8Array;
  /** 32 bytes for each code, in the same order. */
  readonly hashes: readonly Uint8Array[];
}

/**
 * A set of codes and how it is kept: under 112 bits a code needs the hash of a password, with a salt (ASVS 6.5.2).
 * Made one after the other, so that a set takes no more of the cores than one sign-in does. Throws `HashingBusy`.
 */
export async function newRecoveryCodes({
  random,
  passwords,
}: Pick<Services, 'random' | 'passwords'>): Promise<NewRecoveryCodes> {
  const salt = random.bytes(saltBytes);
  const codes: string[] = [];
  const hashes: Uint8Array[] = [];
  while (codes.length < codesInSet) {
    const letters = newLetters(random);
    codes.push(`${letters.slice(0, 5)}-${letters.slice(5)}`);
    hashes.push(await passwords.hashRaw(letters, salt, 'known'));
  }
  return { codes, salt, hashes };
}

/**
 * The hash to look for in a set. Null for what cannot be a code, which costs nothing and says nothing of any set.
 * Throws `HashingBusy`.
 */
export async function hashRecoveryCode(
  { passwords }: Pick<Services, 'passwords'>,
  typed: string,
  { salt, who }: { readonly salt: Uint8Array; readonly who?: Asking },
): Promise<Uint8Array | null> {
  const letters = lettersOf(typed);
  return letters === null ? null : passwords.hashRaw(letters, salt, who);
}

/** As people type it: small letters, spaces and every kind of dash are as good. */
function lettersOf(typed: string): string | null {
  if (typed.length > longestTyped) return null;
  const letters = typed.replace(/[\s\p{Dash}]/gu, '').toUpperCase();
  const isCode = letters.length === lettersInCode && [...letters].every((each) => alphabet.includes(each));
  return isCode ? letters : null;
}

/** From 128 bits, so that the remainder favours no letter by more than one part in 2^78. */
function newLetters(random: Services['random']): string {
  let chance = BigInt(`0x${random.bytes(16).toString('hex')}`);
  const base = BigInt(alphabet.length);
  return Array.from({ length: lettersInCode }, () => {
    const letter = alphabet.charAt(Number(chance % base));
    chance /= base;
    return letter;
  }).join('');
}
