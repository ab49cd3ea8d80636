import { generateKeySync, type KeyObject, randomBytes, randomInt, randomUUID } from 'node:crypto';

/** A key that only this process knows. */
export function newSecret(): KeyObject {
  return generateKeySync('hmac', { length: 256 });
}

/** Chance for one signature, never used again. */
export function newNonce(): string {
  return randomBytes(16).toString('base64url');
}

/** A part of `ms` by chance, so that many who wait for the same thing do not come back at one moment. */
export function spread(ms: number): number {
  return ms * (0.5 + randomInt(1_000) / 2_000);
}

/** A name that nothing else has. */
export function newName(): string {
  return randomUUID();
}

/** 32 bits of chance, for choices that need not be secret. */
export function newSalt(): number {
  return randomInt(2 ** 32);
}
