import { timingSafeEqual } from 'node:crypto';

/** Most memory that one verification may take: 256 MiB. */
export const mostMemoryBytes = 256 * 1024 * 1024;

export const notReadable = { mistake: 'does not have the form of its kind' } as const;
export const tooCostly = { mistake: 'would cost more memory or time than a sign-in may' } as const;

/**
 * Bytes of standard base64 with or without padding, `.` standing for `+` as passlib writes it.
 * Null for other text, and for text whose last character has bits to spare: one value has one spelling.
 */
export function bytesOf(text: string): Buffer | null {
  const plain = text.replaceAll('.', '+').replace(/={1,2}$/, '');
  if (!/^[A-Za-z0-9+/]*$/.test(plain)) return null;
  const bytes = Buffer.from(plain, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === plain ? bytes : null;
}

/** A whole number without sign and leading zeros, small enough to count with; null for anything else. */
export function countOf(text: string | undefined): number | null {
  return text !== undefined && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

/** `a=1,b=2` as a table; null when a name is missing, strange, double or out of order. */
export function settingsOf<Name extends string>(
  text: string | undefined,
  names: readonly Name[],
): Readonly<Record<Name, string>> | null {
  const parts = (text ?? '').split(',');
  if (parts.length !== names.length) return null;
  const found: Partial<Record<Name, string>> = {};
  for (const [at, name] of names.entries()) {
    const part = parts[at];
    if (!part?.startsWith(`${name}=`)) return null;
    found[name] = part.slice(name.length + 1);
  }
  return found as Record<Name, string>; // every name was set above
}

/** Whether two hashes are the same bytes, in constant time. */
export function isSame(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

/** A salt that somebody used, and enough of a hash that nothing else has it. */
export function areUsable(salt: Buffer | null, hash: Buffer | null): boolean {
  return salt !== null && hash !== null && salt.length <= 128 && hash.length >= 16 && hash.length <= 128;
}
