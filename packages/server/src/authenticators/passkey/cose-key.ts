import { createPublicKey, type JsonWebKeyInput } from 'node:crypto';
import { decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';
import { type Bytes, base64url } from './bytes.ts';

/** COSE algorithms in the order of our liking: Ed25519, ECDSA on P-256, RSA for what can do nothing else. */
export const offeredAlgorithms: readonly number[] = [-8, -7, -257];

/**
 * The algorithm of a COSE key (RFC 9053), or null unless it is one that is offered, on the one curve that WebAuthn
 * §5.8.5 allows for it, and a key at all: a point beside its curve would be kept and never verify anything.
 */
export function algorithmOf(publicKey: Bytes): number | null {
  try {
    const key: unknown = decodeCredentialPublicKey(publicKey);
    if (!(key instanceof Map)) return null;
    const algorithm: unknown = key.get(3);
    const jwk = jwkOf(key, algorithm);
    if (jwk === null || typeof algorithm !== 'number') return null;
    createPublicKey({ key: jwk, format: 'jwk' });
    return algorithm;
  } catch {
    return null;
  }
}

function jwkOf(key: Map<unknown, unknown>, algorithm: unknown): JsonWebKeyInput['key'] | null {
  const [kty, crv] = [key.get(1), key.get(-1)];
  switch (algorithm) {
    case -8:
      return kty === 1 && crv === 6 ? { kty: 'OKP', crv: 'Ed25519', x: text(key.get(-2), 32, 32) } : null;
    case -7:
      return kty === 2 && crv === 1
        ? { kty: 'EC', crv: 'P-256', x: text(key.get(-2), 32, 32), y: text(key.get(-3), 32, 32) }
        : null;
    case -257:
      // NIST SP 800-131A: RSA below 2,048 bits is no signature any more.
      return kty === 3 ? { kty: 'RSA', n: text(key.get(-1), 256, 1024), e: text(key.get(-2), 1, 8) } : null;
    default:
      return null;
  }
}

function text(value: unknown, least: number, most: number): string {
  if (!(value instanceof Uint8Array) || value.length < least || value.length > most)
    throw new RangeError('a part of the key has another length');
  return base64url(value);
}
