import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import {
  fitsAlgorithm,
  isSigningAlgorithm,
  type SigningAlgorithm,
  type VerificationKey,
} from './algorithm.ts';
import { decodeBase64url } from './base64url.ts';
import { TokensFault } from './fault.ts';
import { hasRocaFingerprint } from './roca.ts';
import { isObject } from './strict-json.ts';

/** A public key as the JWKS shows it: the members of its kind, its name, its one algorithm. */
export interface PublicJwk {
  readonly kty: string;
  readonly kid: string;
  readonly alg: string;
  readonly use: 'sig';
  readonly n?: string;
  readonly e?: string;
  readonly crv?: string;
  readonly x?: string;
  readonly y?: string;
}

/** Why a key in a JWKS is passed over. */
export type JwkRejection =
  | 'malformed'
  | 'secret'
  | 'not-for-signatures'
  | 'unsupported-algorithm'
  | 'unfit-key'
  | 'repeated-kid';

/** A key as somebody else describes it. */
export interface ImportedKey {
  readonly kid: string | null;
  /** One, if the key says which; else all that its kind can carry, of those asked for. Never empty. */
  readonly algorithms: readonly [SigningAlgorithm, ...SigningAlgorithm[]];
  readonly key: KeyObject;
}

/** RFC 7517 §9.2, RFC 7518 §6: whoever publishes one of these has given the key away. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** RFC 7638 §3.2: the required members of each kind, in lexicographic order. */
const requiredMembers: Readonly<Record<string, readonly string[]>> = {
  RSA: ['e', 'kty', 'n'],
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
};
const kidForm = /^[\x21-\x7e]{1,128}$/;
const coordinateBytes = 32;

/** Base64url SHA-256 thumbprint of a public key (RFC 7638). Throws a fault for a key of unknown or partial kind. */
export function thumbprint(jwk: JsonWebKey): string {
  const names = requiredMembers[jwk.kty ?? ''];
  if (names === undefined) throw new TokensFault('no thumbprint is defined for this kind of key');
  const members = Object.entries(jwk);
  const picked = names.map((name) => {
    const value = members.find(([known]) => known === name)?.[1];
    if (typeof value !== 'string') throw new TokensFault(`a key to be named lacks ${name}`);
    return [name, value] as const;
  });
  return createHash('sha256')
    .update(JSON.stringify(Object.fromEntries(picked)))
    .digest('base64url');
}

/** The public half of a key for others. Throws a fault for an HMAC key, which has none. */
export function publicJwkOf(key: Pick<VerificationKey, 'kid' | 'algorithm' | 'key'>): PublicJwk {
  if (key.key.type !== 'public') throw new TokensFault('only a public key may be published');
  const { kty = '', n, e, crv, x, y } = key.key.export({ format: 'jwk' });
  const members = { n, e, crv, x, y };
  const present = Object.entries(members).filter(([, value]) => value !== undefined);
  return { kty, kid: key.kid, alg: key.algorithm, use: 'sig', ...Object.fromEntries(present) };
}

/**
 * A public key that somebody else describes, or why it is not used. Without `alg` its kind decides among
 * `unnamed`, in that order. Source: RFC 7517 §4, RFC 8725 §3.
 */
export function readJwk(jwk: unknown, unnamed: readonly SigningAlgorithm[] = []): ImportedKey | JwkRejection {
  if (!isObject(jwk)) return 'malformed';
  const { kid = null, alg, use, key_ops: operations } = jwk;
  if (kid !== null && (typeof kid !== 'string' || !kidForm.test(kid))) return 'malformed';
  if (jwk.kty === 'oct' || secretMembers.some((name) => name in jwk)) return 'secret';
  if (use !== undefined && use !== 'sig') return 'not-for-signatures';
  if (operations !== undefined && !isOnlyVerify(operations)) return 'not-for-signatures';
  if (alg !== undefined && !isSigningAlgorithm(alg)) return 'unsupported-algorithm';
  const [first, ...others] = alg === undefined ? unnamed.filter((name) => isOfKind(jwk, name)) : [alg];
  if (first === undefined) return 'unsupported-algorithm';
  const members = membersOf(jwk, first);
  if (members === undefined) return 'malformed';
  const key = publicKeyOf(members);
  if (key === undefined || !fitsAlgorithm(key, first)) return 'unfit-key';
  return { kid, algorithms: [first, ...others], key };
}

/** RFC 7517 §4.3: a list of distinct operations; ours is to verify. */
function isOnlyVerify(operations: unknown): boolean {
  return Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify';
}

/** RFC 7518 §6.1, §6.2.1.1, RFC 8037 §2. */
function isOfKind(jwk: Record<string, unknown>, algorithm: SigningAlgorithm): boolean {
  switch (algorithm) {
    case 'RS256':
    case 'PS256':
      return jwk.kty === 'RSA';
    case 'ES256':
      return jwk.kty === 'EC' && jwk.crv === 'P-256';
    case 'EdDSA':
      return jwk.kty === 'OKP' && jwk.crv === 'Ed25519';
  }
}

type Members = { [name: string]: string };

function membersOf(jwk: Record<string, unknown>, algorithm: SigningAlgorithm): Members | undefined {
  if (!isOfKind(jwk, algorithm)) return undefined;
  switch (algorithm) {
    case 'RS256':
    case 'PS256':
      return rsaMembers(jwk);
    case 'ES256':
      if (!isCoordinate(jwk.x) || !isCoordinate(jwk.y)) return undefined;
      return { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y };
    case 'EdDSA':
      return isCoordinate(jwk.x) ? { kty: 'OKP', crv: 'Ed25519', x: jwk.x } : undefined;
  }
}

/**
 * RFC 7518 §6.3.1: minimal big-endian integers. The exponent is odd and at least 65537 (FIPS 186-5 §5.1), which is
 * to say three bytes or more; beyond four, verifying would only cost time.
 */
function rsaMembers(jwk: Record<string, unknown>): Members | undefined {
  if (typeof jwk.n !== 'string' || typeof jwk.e !== 'string') return undefined;
  const n = decodeBase64url(jwk.n);
  const e = decodeBase64url(jwk.e);
  if (n === undefined || e === undefined || n[0] === 0 || e[0] === 0) return undefined;
  if (e.length < 3 || e.length > 4 || (e.at(-1) ?? 0) % 2 === 0) return undefined;
  if (hasRocaFingerprint(n)) return undefined;
  return { kty: 'RSA', n: jwk.n, e: jwk.e };
}

function isCoordinate(value: unknown): value is string {
  return typeof value === 'string' && decodeBase64url(value)?.length === coordinateBytes;
}

function publicKeyOf(members: Members): KeyObject | undefined {
  try {
    return createPublicKey({ key: members, format: 'jwk' });
  } catch {
    // OpenSSL found a point off its curve or a modulus it cannot read.
    return undefined;
  }
}
