import type { SignatureAlgorithm, SignatureKey } from './algorithms.ts';
import { SignaturesFault } from './fault.ts';
import { type Refused, refused } from './rejection.ts';
import { publicJwkOf, signatureKeyOf } from './signature-key.ts';

/** Where a peer publishes the keys it signs with, and as what: draft-meunier-http-message-signatures-directory. */
export const keyDirectoryPath = '/.well-known/http-message-signatures-directory';
export const keyDirectoryMediaType = 'application/http-message-signatures-directory+json';

export const directoryRejections = [
  'too-long',
  'malformed',
  'too-many-keys',
  'secret',
  'repeated-keyid',
] as const;

export type DirectoryRejection = (typeof directoryRejections)[number];

export type KeyDirectory =
  | { readonly ok: true; readonly keys: readonly SignatureKey[] }
  | Refused<DirectoryRejection>;

/** A public key as the directory shows it. */
export interface DirectoryJwk {
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

const longestDirectory = 65_536;
const mostKeys = 20;
/** RFC 7517 §9.2, RFC 7518 §6: whoever publishes one of these has given the key away. */
const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** What JOSE calls our algorithms; a shared secret is in no directory. */
const joseNames: ReadonlyMap<SignatureAlgorithm, string> = new Map([
  ['rsa-pss-sha512', 'PS512'],
  ['rsa-v1_5-sha256', 'RS256'],
  ['ecdsa-p256-sha256', 'ES256'],
  ['ecdsa-p384-sha384', 'ES384'],
  ['ed25519', 'EdDSA'],
]);
/** RFC 9864 §2.2 names the curve where JOSE had not. */
const algorithmsByJoseName: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ...[...joseNames].map(([algorithm, name]) => [name, algorithm] as const),
  ['Ed25519', 'ed25519'],
]);
/** Curves that carry one algorithm only, so that their keys need not say which. */
const algorithmsByCurve: ReadonlyMap<string, SignatureAlgorithm> = new Map([
  ['Ed25519', 'ed25519'],
  ['P-256', 'ecdsa-p256-sha256'],
  ['P-384', 'ecdsa-p384-sha384'],
]);

/**
 * The keys that a directory publishes, each with its algorithm and its `kid`, or its RFC 7638 thumbprint where it has
 * none. Keys of kinds, uses and sizes that sign nothing here are passed over; a directory with a private key is refused
 * as a whole, for that key is no longer a secret. Source: RFC 7517 §5.
 */
export function parseKeyDirectory(json: string): KeyDirectory {
  if (json.length > longestDirectory) return refused('too-long');
  const jwks = jwksOf(json);
  if (jwks === undefined) return refused('malformed');
  if (jwks.length > mostKeys) return refused('too-many-keys');
  const keys = new Map<string, SignatureKey>();
  for (const jwk of jwks) {
    if (!isObject(jwk)) return refused('malformed');
    if (jwk.kty === 'oct' || secretMembers.some((name) => name in jwk)) return refused('secret');
    const key = readKey(jwk);
    if (key === undefined) continue;
    if (keys.has(key.keyid)) return refused('repeated-keyid');
    keys.set(key.keyid, key);
  }
  return { ok: true, keys: [...keys.values()] };
}

/** The directory of these keys: their public halves. Throws a fault for a shared secret and for two of one keyid. */
export function keyDirectoryOf(keys: readonly SignatureKey[]): { readonly keys: readonly DirectoryJwk[] } {
  if (new Set(keys.map(({ keyid }) => keyid)).size !== keys.length) {
    throw new SignaturesFault('two keys of one keyid');
  }
  return { keys: keys.map(directoryJwkOf) };
}

function directoryJwkOf({ keyid, algorithm, key }: SignatureKey): DirectoryJwk {
  const alg = joseNames.get(algorithm);
  if (alg === undefined) throw new SignaturesFault('a shared secret is never shown');
  const { kty, n, e, crv, x, y } = publicJwkOf(key);
  if (kty === undefined) throw new SignaturesFault('a key without a kind');
  const members = Object.entries({ n, e, crv, x, y }).filter(([, value]) => value !== undefined);
  return { kty, kid: keyid, alg, use: 'sig', ...Object.fromEntries(members) };
}

function jwksOf(json: string): readonly unknown[] | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return undefined;
  }
  return isObject(parsed) && Array.isArray(parsed.keys) ? parsed.keys : undefined;
}

function readKey(jwk: Record<string, unknown>): SignatureKey | undefined {
  const algorithm = algorithmOf(jwk);
  const { kid, use } = jwk;
  if (algorithm === undefined || (use !== undefined && use !== 'sig')) return undefined;
  if (kid !== undefined && typeof kid !== 'string') return undefined;
  try {
    return signatureKeyOf(publicMembersOf(jwk), { algorithm, ...(kid === undefined ? {} : { keyid: kid }) });
  } catch (error) {
    // Not a point of its curve, too small, or of another kind than it says.
    if (error instanceof SignaturesFault) return undefined;
    throw error;
  }
}

function algorithmOf({ alg, crv }: Record<string, unknown>): SignatureAlgorithm | undefined {
  if (typeof alg === 'string') return algorithmsByJoseName.get(alg);
  return alg === undefined && typeof crv === 'string' ? algorithmsByCurve.get(crv) : undefined;
}

function publicMembersOf({ kty, n, e, crv, x, y }: Record<string, unknown>): JsonWebKey {
  const texts = Object.entries({ kty, n, e, crv, x, y }).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(texts);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
