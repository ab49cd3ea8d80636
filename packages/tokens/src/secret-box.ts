import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { TokensFault } from './fault.ts';
import type { Random } from './services/random.ts';

/** The installation's key over keys. It lives in configuration, never in the database it protects. */
export interface MasterKey {
  readonly key: KeyObject;
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;
const cipher = 'aes-256-gcm';

/** Takes exactly 32 bytes from a CSPRNG. Throws a fault otherwise. */
export function masterKeyOf(bytes: Uint8Array): MasterKey {
  if (bytes.length !== 32) throw new TokensFault('a master key has exactly 32 bytes');
  return { key: createSecretKey(bytes) };
}

/**
 * Encrypts with AES-256-GCM: version byte, 96-bit nonce, ciphertext, 128-bit tag. `context` says what and whose
 * the plaintext is; it is authenticated, so a sealed value cannot be moved to another row or meaning.
 * Source: NIST SP 800-38D (random nonces: at most 2^32 values under one key).
 */
export function seal(
  masterKey: MasterKey,
  plaintext: Uint8Array,
  context: string,
  random: Pick<Random, 'bytes'>,
): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  if (nonce.length !== nonceBytes) throw new TokensFault('the random source gave too few bytes');
  const box = createCipheriv(cipher, masterKey.key, nonce, { authTagLength: tagBytes });
  box.setAAD(associated(context));
  const body = Buffer.concat([box.update(plaintext), box.final()]);
  return Buffer.concat([Uint8Array.of(version), nonce, body, box.getAuthTag()]);
}

/** Opens what `seal` made under the same key and context; throws a fault for anything else. */
export function unseal(masterKey: MasterKey, sealed: Uint8Array, context: string): Uint8Array {
  const tagAt = sealed.length - tagBytes;
  if (sealed[0] !== version || tagAt < 1 + nonceBytes) throw new TokensFault('not a sealed value');
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const box = createDecipheriv(cipher, masterKey.key, nonce, { authTagLength: tagBytes });
  box.setAAD(associated(context));
  box.setAuthTag(sealed.subarray(tagAt));
  try {
    return Buffer.concat([box.update(sealed.subarray(1 + nonceBytes, tagAt)), box.final()]);
  } catch (cause) {
    throw new TokensFault('a sealed value was changed, or another master key sealed it', { cause });
  }
}

function associated(context: string): Buffer {
  return Buffer.concat([Uint8Array.of(version), Buffer.from(context, 'utf8')]);
}
