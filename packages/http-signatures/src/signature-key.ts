import { createHash, createPrivateKey, createPublicKey, createSecretKey, KeyObject } from 'node:crypto';
import { fitsAlgorithm, type SignatureAlgorithm, type SignatureKey } from './algorithms.ts';
import { SignaturesFault } from './fault.ts';

export interface SignatureKeySpec {
  readonly algorithm: SignatureAlgorithm;
  /** Default: the RFC 7638 thumbprint. A shared secret has none, so there it must be given. */
  readonly keyid?: string;
}

/** RFC 7638 §3.2: the required members of each kind, in lexicographic order. */
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};
/** A keyid travels as a string of a structured field: printable ASCII, bounded by us. */
const keyidForm = /^[\x20-\x7e]{1,256}$/;

/**
 * A key that signs or verifies with exactly one algorithm, from a KeyObject or a JWK; a JWK with private members
 * becomes a private key. Throws a fault if the key cannot be read or does not fit the algorithm, RSA below 2048 bits
 * and shared secrets below 32 bytes included. Source: RFC 9421 §3.3, §7.3.6.
 */
export function signatureKeyOf(source: KeyObject | JsonWebKey, spec: SignatureKeySpec): SignatureKey {
  const key = source instanceof KeyObject ? source : readJwk(source);
  if (!fitsAlgorithm(key, spec.algorithm)) {
    throw new SignaturesFault(`the key does not fit ${spec.algorithm}`);
  }
  const keyid = spec.keyid ?? thumbprint(publicJwkOf(key));
  if (!keyidForm.test(keyid)) throw new SignaturesFault('a keyid is 1 to 256 printable characters');
  return { keyid, algorithm: spec.algorithm, key };
}

/** Base64url SHA-256 thumbprint of a public key (RFC 7638). Throws a fault for a key of unknown or partial kind. */
export function thumbprint(jwk: JsonWebKey): string {
  const names = requiredMembers[jwk.kty ?? ''];
  if (names === undefined) throw new SignaturesFault('no thumbprint is defined for this kind of key');
  const members = new Map<string, unknown>(Object.entries(jwk));
  const picked = names.map((name) => {
    const value = members.get(name);
    if (typeof value !== 'string') throw new SignaturesFault(`a key to be named lacks ${name}`);
    return [name, value] as const;
  });
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(picked)))
    .digest('base64url');
}

/** The public half as a JWK. Throws a fault for a shared secret, which has none, and for kinds without a JWK. */
export function publicJwkOf(key: KeyObject): JsonWebKey {
  if (key.type === 'secret') throw new SignaturesFault('a shared secret is never shown');
  const { kty, n, e, crv, x, y } = exported(publicHalfOf(key));
  const members = Object.entries({ kty, n, e, crv, x, y });
  return Object.fromEntries(members.filter(([, value]) => value !== undefined));
}

function exported(key: KeyObject): JsonWebKey {
  try {
    return key.export({ format: 'jwk' });
  } catch (cause) {
    // An RSA key that is for PSS alone, for instance.
    throw new SignaturesFault('no JWK describes this kind of key', { cause });
  }
}

function publicHalfOf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function readJwk(jwk: JsonWebKey): KeyObject {
  try {
    if (jwk.kty === 'oct') return createSecretKey(jwk.k ?? '', 'base64url');
    const parts = { key: { ...jwk }, format: 'jwk' } as const;
    return jwk.d === undefined ? createPublicKey(parts) : createPrivateKey(parts);
  } catch (cause) {
    throw new SignaturesFault('not a key', { cause });
  }
}
