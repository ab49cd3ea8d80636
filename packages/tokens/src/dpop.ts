import { createHash } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { isSigningAlgorithm, type SigningAlgorithm, signingAlgorithms } from './algorithm.ts';
import { isSeconds, isText } from './claims.ts';
import { type ForeignHeader, readForeignHeader } from './foreign-jws.ts';
import { readJwk, thumbprint } from './jwk.ts';
import { verifyWith } from './jwt.ts';
import { isObject, parseStrictObject } from './strict-json.ts';
import { comparableUrl } from './url-comparison.ts';

/** Why a proof proves nothing. For the audit log; on the wire it is `invalid_dpop_proof`. */
export type DpopRejection =
  | 'missing'
  | 'repeated'
  | 'too-long'
  | 'malformed'
  | 'bad-header'
  | 'wrong-type'
  | 'wrong-algorithm'
  | 'secret-key'
  | 'bad-key'
  | 'bad-signature'
  | 'bad-claims'
  | 'wrong-method'
  | 'wrong-url'
  | 'too-old'
  | 'from-the-future'
  | 'wrong-token';

/** What a proof must speak of. */
export interface DpopExpectation {
  readonly method: string;
  /** The URL as this server is configured to be called, not as the request spells it. */
  readonly url: string;
  readonly now: Instant;
  /** The access token shown beside the proof, which it must name. */
  readonly accessToken?: string;
  /** What it may be signed with; default: all that are supported. */
  readonly algorithms?: readonly SigningAlgorithm[];
  /** How long a proof is good for after its `iat`; default 60. */
  readonly maxAgeSeconds?: number;
}

export type DpopProof =
  | {
      readonly ok: true;
      /** RFC 7638 thumbprint of the proven key. */
      readonly jkt: string;
      /** Unique for this key; to be remembered until `expiresAt`. */
      readonly jti: string;
      readonly nonce: string | null;
      readonly expiresAt: Instant;
    }
  | { readonly ok: false; readonly rejection: DpopRejection };

interface DpopClaims {
  readonly jti: string;
  readonly htm: string;
  readonly htu: string;
  readonly iat: number;
  readonly ath?: string;
  readonly nonce?: string;
}

/** Room for the largest RSA key and its signature. */
const longestProof = 4096;
/** FAPI 2.0 §5.3.2.1: clocks of clients may be this far ahead. */
const aheadSeconds = 10;
const longestMark = 256;

/**
 * Whether a `DPoP` header proves possession of a key for this one request. Nonce, replay and whose key it should be
 * are the caller's questions. Source: RFC 9449 §4.3.
 */
export function verifyDpopProof(header: string | undefined, expect: DpopExpectation): DpopProof {
  if (header === undefined || header === '') return refused('missing');
  // Two header fields arrive joined by a comma (RFC 9110 §5.3), which no proof contains.
  if (header.includes(',')) return refused('repeated');
  const read = readForeignHeader(header, longestProof);
  if (typeof read === 'string') return refused(read);
  if (read.typ !== 'dpop+jwt') return refused('wrong-type');
  const proven = proveOwnKey(header, read, expect.algorithms ?? signingAlgorithms);
  if (typeof proven === 'string') return refused(proven);
  const claims = parseStrictObject(proven.payload);
  if (!areDpopClaims(claims)) return refused('bad-claims');
  const { jti, nonce = null, iat } = claims;
  const expiresAt = (iat + (expect.maxAgeSeconds ?? 60)) * 1000;
  const rejection = rejectionOf(claims, expect, expiresAt);
  return rejection === undefined ? { ok: true, jkt: proven.jkt, jti, nonce, expiresAt } : refused(rejection);
}

/** The payload, signed by the key in the header itself: it is the thumbprint that says whose key this is. */
function proveOwnKey(
  proof: string,
  { alg, jwk }: ForeignHeader,
  algorithms: readonly SigningAlgorithm[],
): { readonly payload: Buffer; readonly jkt: string } | DpopRejection {
  if (!isSigningAlgorithm(alg) || !algorithms.includes(alg)) return 'wrong-algorithm';
  const key = readJwk(jwk, [alg]);
  if (key === 'secret') return 'secret-key';
  if (typeof key === 'string') return 'bad-key';
  if (key.algorithms[0] !== alg) return 'wrong-algorithm';
  const proven = verifyWith({ algorithm: alg, key: key.key }, { alg }, proof);
  if (!proven.ok) return proven.rejection === 'bad-signature' ? 'bad-signature' : 'malformed';
  return { payload: proven.payload, jkt: thumbprint(key.key.export({ format: 'jwk' })) };
}

function rejectionOf(
  claims: DpopClaims,
  { method, url, now, accessToken }: DpopExpectation,
  expiresAt: Instant,
): DpopRejection | undefined {
  if (claims.htm !== method) return 'wrong-method';
  const asked = comparableUrl(url);
  if (asked === undefined || comparableUrl(claims.htu) !== asked) return 'wrong-url';
  if (expiresAt <= now) return 'too-old';
  if (claims.iat * 1000 > now + aheadSeconds * 1000) return 'from-the-future';
  if (accessToken !== undefined && claims.ath !== hashOfToken(accessToken)) return 'wrong-token';
  return undefined;
}

/** RFC 9449 §4.2. */
function hashOfToken(accessToken: string): string {
  return createHash('sha256').update(accessToken, 'utf8').digest('base64url');
}

function areDpopClaims(claims: unknown): claims is DpopClaims {
  if (!isObject(claims)) return false;
  return (
    isMark(claims.jti) &&
    isText(claims.htm) &&
    isText(claims.htu) &&
    isSeconds(claims.iat) &&
    (claims.ath === undefined || isText(claims.ath)) &&
    (claims.nonce === undefined || isMark(claims.nonce))
  );
}

function isMark(value: unknown): value is string {
  return isText(value) && value.length <= longestMark;
}

function refused(rejection: DpopRejection): DpopProof {
  return { ok: false, rejection };
}
