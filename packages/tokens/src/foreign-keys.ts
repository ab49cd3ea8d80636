import { type SigningAlgorithm, signingAlgorithms, type VerificationKey } from './algorithm.ts';
import type { ImportedKey, JwkRejection } from './jwk.ts';
import { importJwks, pinned } from './jwks.ts';
import { isObject } from './strict-json.ts';

/** The public keys of somebody else, a client or a provider. Answers from memory. */
export interface ForeignKeys {
  /** Those that may have signed: of that name, or any if the header names none (RFC 7517 §4.5). */
  candidates(algorithm: SigningAlgorithm, kid: string | undefined): readonly VerificationKey[];
}

export type ClientKeys = ForeignKeys;

export type ClientKeysRejection = JwkRejection | 'no-usable-key';

const mostKeys = 20;

/**
 * The keys that a client declares. A set that holds a secret is refused whole: whoever sent it could send the rest.
 * Keys that cannot be used are passed over as long as one can; without `alg`, the kind of key says what it may sign.
 */
export function importClientKeys(
  jwks: unknown,
):
  | { readonly ok: true; readonly keys: ClientKeys }
  | { readonly ok: false; readonly rejection: ClientKeysRejection } {
  const imported = isObject(jwks) ? importJwks(jwks, mostKeys, signingAlgorithms) : undefined;
  if (imported === undefined) return { ok: false, rejection: 'malformed' };
  if (imported.rejections.includes('secret')) return { ok: false, rejection: 'secret' };
  if (imported.all.length === 0) {
    return { ok: false, rejection: imported.rejections[0] ?? 'no-usable-key' };
  }
  const candidates: ForeignKeys['candidates'] = (algorithm, kid) => fitting(imported.all, algorithm, kid);
  return { ok: true, keys: { candidates } };
}

export function fitting(
  keys: readonly ImportedKey[],
  algorithm: SigningAlgorithm,
  kid: string | undefined,
): readonly VerificationKey[] {
  return keys
    .filter((key) => (kid === undefined || key.kid === kid) && key.algorithms.includes(algorithm))
    .map((key) => pinned(key, algorithm));
}
