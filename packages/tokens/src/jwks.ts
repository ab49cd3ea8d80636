import type { SigningAlgorithm, VerificationKey } from './algorithm.ts';
import { type ImportedKey, type JwkRejection, readJwk } from './jwk.ts';
import { isObject } from './strict-json.ts';

export interface ImportedKeys {
  /** By name, each pinned to the first algorithm it may carry. */
  readonly keys: ReadonlyMap<string, VerificationKey>;
  /** All of them, those without a name too. */
  readonly all: readonly ImportedKey[];
  readonly rejections: readonly JwkRejection[];
}

/**
 * The usable keys of a JWKS, or undefined when it is not a JWKS of at most `maxKeys`. A key that cannot be used
 * safely is passed over; of keys that share a name none is used, since either could be meant. Keys that lack a name
 * or an algorithm are used only if `algorithms` says which these could be; then no other is used either.
 */
export function importJwks(
  document: Record<string, unknown>,
  maxKeys: number,
  algorithms?: readonly SigningAlgorithm[],
): ImportedKeys | undefined {
  const listed = document.keys;
  if (!Array.isArray(listed) || listed.length > maxKeys) return undefined;
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const used: ImportedKey[] = [];
  const rejections: JwkRejection[] = [];
  for (const jwk of listed) {
    const kid = isObject(jwk) ? jwk.kid : undefined;
    const isRepeated = typeof kid === 'string' && seen.has(kid);
    if (typeof kid === 'string') (isRepeated ? repeated : seen).add(kid);
    const key = isRepeated ? 'repeated-kid' : readFor(jwk, algorithms);
    if (typeof key === 'string') rejections.push(key);
    else used.push(key);
  }
  const all = used.filter(({ kid }) => kid === null || !repeated.has(kid));
  return { keys: byName(all), all, rejections };
}

/** One key of a JWKS that must have a name and an algorithm; or why it is not used. */
export function importJwk(jwk: unknown): VerificationKey | JwkRejection {
  const key = readFor(jwk, undefined);
  return typeof key === 'string' ? key : pinned(key, key.algorithms[0]);
}

/** The key, for this algorithm alone (RFC 8725 §3.1). */
export function pinned({ kid, key }: ImportedKey, algorithm: SigningAlgorithm): VerificationKey {
  return { kid: kid ?? '', use: 'access', algorithm, key, removeAfterAt: null };
}

function readFor(
  jwk: unknown,
  algorithms: readonly SigningAlgorithm[] | undefined,
): ImportedKey | JwkRejection {
  const key = readJwk(jwk, algorithms);
  if (typeof key === 'string') return key;
  if (algorithms === undefined) return key.kid === null ? 'malformed' : key;
  return algorithms.includes(key.algorithms[0]) ? key : 'unsupported-algorithm';
}

function byName(all: readonly ImportedKey[]): ReadonlyMap<string, VerificationKey> {
  const keys = new Map<string, VerificationKey>();
  for (const key of all) if (key.kid !== null) keys.set(key.kid, pinned(key, key.algorithms[0]));
  return keys;
}
