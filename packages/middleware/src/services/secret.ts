import { generateKeySync, type KeyObject } from 'node:crypto';

/** A key that only this process knows. */
export function newSecret(): KeyObject {
  return generateKeySync('hmac', { length: 256 });
}
