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

export interface ImportedKeys {
  readonly keys: ReadonlyMap<string, VerificationKey>;
  readonly rejections: readonly JwkRejection[];
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
 * The usable keys of a JWKS, or undefined when it is not a JWKS of at most `maxKeys`. A key that cannot be used
 * safely is passed over; of keys that share a name none is used, since either could be meant.
 */
export function importJwks(document: Record<string, unknown>, maxKeys: number): ImportedKeys | undefined {
  const listed = document.keys;
  if (!Array.isArray(listed) || listed.length > maxKeys) return undefined;
  const seen = new Set<string>();
  const keys = new Map<string, VerificationKey>();
  const rejections: JwkRejection[] = [];
  for (const jwk of listed) {
    const kid = isObject(jwk) ? jwk.kid : undefined;
    const isRepeated = typeof kid === 'string' && seen.has(kid);
    if (typeof kid === 'string') seen.add(kid);
    const key = isRepeated ? 'repeated-kid' : importJwk(jwk);
    if (typeof key !== 'string') keys.set(key.kid, key);
    else rejections.push(key);
    if (isRepeated) keys.delete(kid);
  }
  return { keys, rejections };
}

/** One key of a JWKS, for checking access tokens; or why it is not used. Source: RFC 7517 §4, RFC 8725 §3. */
export function importJwk(jwk: unknown): VerificationKey | JwkRejection {
  if (!isObject(jwk)) return 'malformed';
  const { kid, alg, use, key_ops: operations } = jwk;
  if (typeof kid !== 'string' || !kidForm.test(kid)) return 'malformed';
  if (jwk.kty === 'oct' || secretMembers.some((name) => name in jwk)) return 'secret';
  if (use !== undefined && use !== 'sig') return 'not-for-signatures';
  if (operations !== undefined && !isOnlyVerify(operations)) return 'not-for-signatures';
  if (!isSigningAlgorithm(alg)) return 'unsupported-algorithm';
  const members = membersOf(jwk, alg);
  if (members === undefined) return 'malformed';
  const key = publicKeyOf(members);
  if (key === undefined || !fitsAlgorithm(key, alg)) return 'unfit-key';
  return { kid, use: 'access', algorithm: alg, key, removeAfterAt: null };
}

/** RFC 7517 §4.3: a list of distinct operations; ours is to verify. */
function isOnlyVerify(operations: unknown): boolean {
  return Array.isArray(operations) && operations.length === 1 && operations[0] === 'verify';
}

type Members = { [name: string]: string };

function membersOf(jwk: Record<string, unknown>, algorithm: SigningAlgorithm): Members | undefined {
  switch (algorithm) {
    case 'RS256':
    case 'PS256':
      return rsaMembers(jwk);
    case 'ES256':
      if (jwk.kty !== 'EC' || jwk.crv !== 'P-256') return undefined;
      if (!isCoordinate(jwk.x) || !isCoordinate(jwk.y)) return undefined;
      return { kty: 'EC', crv: 'P-256', x: jwk.x, y: jwk.y };
    case 'EdDSA':
      if (jwk.kty !== 'OKP' || jwk.crv !== 'Ed25519' || !isCoordinate(jwk.x)) return undefined;
      return { kty: 'OKP', crv: 'Ed25519', x: jwk.x };
  }
}

/**
 * RFC 7518 §6.3.1: minimal big-endian integers. The exponent is odd and at least 65537 (FIPS 186-5 §5.1), which is
 * to say three bytes or more; beyond four, verifying would only cost time.
 */
function rsaMembers(jwk: Record<string, unknown>): Members | undefined {
  if (jwk.kty !== 'RSA' || typeof jwk.n !== 'string' || typeof jwk.e !== 'string') return undefined;
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
