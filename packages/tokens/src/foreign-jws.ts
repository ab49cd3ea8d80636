import { isSigningAlgorithm, type SigningAlgorithm } from './algorithm.ts';
import { decodeSegment } from './base64url.ts';
import type { ForeignKeys } from './foreign-keys.ts';
import { compactForm, longestToken, type Proven, type Refused, refused, verifyWith } from './jwt.ts';
import { parseStrictObject } from './strict-json.ts';

/** The header of a JWS that somebody else wrote. */
export interface ForeignHeader {
  readonly alg: string;
  readonly kid?: string;
  readonly typ?: string;
  /** Only a DPoP proof may bring its own key. */
  readonly jwk?: unknown;
}

export interface ForeignExpectation {
  /** The kinds that are taken; undefined stands for a header that names none. */
  readonly types: readonly (string | undefined)[];
  readonly algorithms: readonly SigningAlgorithm[];
}

/**
 * What others add to a header is passed over (RFC 7515 §4), but not these: they name keys or change how the rest is
 * to be read (RFC 7515 §4.1.2, §4.1.5, §4.1.6, §4.1.11, RFC 7797 §3).
 */
const refusedMembers = ['crit', 'b64', 'jku', 'x5u', 'x5c', 'zip', 'enc'];

/** The payload bytes of a JWS signed by one of somebody else's keys, or why not. Source: RFC 7515 §5.2. */
export function verifyForeign(
  keys: ForeignKeys,
  token: string,
  { types, algorithms }: ForeignExpectation,
): Proven | Refused {
  const header = readForeignHeader(token, longestToken);
  if (typeof header === 'string') return refused(header);
  const { alg, kid, typ, jwk } = header;
  if (jwk !== undefined) return refused('bad-header');
  if (!types.includes(typ)) return refused('wrong-type');
  if (!isSigningAlgorithm(alg) || !algorithms.includes(alg)) return refused('wrong-algorithm');
  const candidates = keys.candidates(alg, kid);
  for (const key of candidates) {
    const proven = verifyWith(key, header, token);
    if (proven.ok || proven.rejection !== 'bad-signature') return proven;
  }
  return refused(candidates.length === 0 ? 'unknown-key' : 'bad-signature');
}

/** The key that somebody else's token says it was signed with, for fetching that key; it proves nothing. */
export function foreignKeyIdOf(token: string): string | undefined {
  const header = readForeignHeader(token, longestToken);
  return typeof header === 'string' ? undefined : header.kid;
}

/** The checked header of a well-formed compact JWS, still unproven; or why there is none. */
export function readForeignHeader(
  token: string,
  longest: number,
): ForeignHeader | 'too-long' | 'malformed' | 'bad-header' {
  if (token.length > longest) return 'too-long';
  if (!compactForm.test(token)) return 'malformed';
  const bytes = decodeSegment(token.slice(0, token.indexOf('.')));
  const header = bytes && parseStrictObject(bytes);
  if (header === undefined) return 'malformed';
  const { alg, kid, typ, jwk } = header;
  if (typeof alg !== 'string' || refusedMembers.some((name) => name in header)) return 'bad-header';
  if (kid !== undefined && (typeof kid !== 'string' || kid === '')) return 'bad-header';
  if (typ !== undefined && typeof typ !== 'string') return 'bad-header';
  return {
    alg,
    ...(kid !== undefined && { kid }),
    ...(typ !== undefined && { typ }),
    ...(jwk !== undefined && { jwk }),
  };
}
