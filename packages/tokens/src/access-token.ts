import type { Instant } from '@argus/contract';
import { signInPool, signNow } from './algorithm.ts';
import { isMilliseconds, isPlain, isSeconds, isText, isTextList, timeRejection } from './claims.ts';
import { TokensFault } from './fault.ts';
import {
  type KeyFinder,
  longestToken,
  type TokenRejection,
  tokenTypes,
  type Verified,
  verifyJws,
} from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** RFC 9068 §2.2 and Argus's own. Times are whole seconds, `sct` (the session's creation) milliseconds. */
export interface AccessClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly sid: string;
  readonly gid: string;
  readonly sct: number;
  readonly scope: string;
  readonly amr: readonly string[];
  readonly acr: string;
  readonly auth_time: number;
  readonly tenant: string;
  readonly roles: readonly string[];
  /** RFC 9449 §6.1: the thumbprint of the key the bearer must prove. */
  readonly cnf?: { readonly jkt: string };
}

export interface AccessExpectation {
  readonly issuer: string;
  /** One of these must be among the token's audiences. */
  readonly audience: string | readonly string[];
  readonly now: Instant;
  /** Forgiven difference between two clocks, at most 60; default 0, as on the machine that issued the token. */
  readonly skewSeconds?: number;
}

const mostSkewSeconds = 60;
const jktForm = /^[\w-]{43}$/;

/**
 * Signs an access token with the key that signs at `now`; RSA in the thread pool, the rest on this thread.
 * Throws a fault for claims its own verifier would refuse.
 */
export async function issueAccessToken(ring: KeyRing, claims: AccessClaims, now: Instant): Promise<string> {
  const key = ring.signing('access', now);
  const ordered = inOrder(claims);
  if (!areAccessClaims(ordered)) throw new TokensFault('access claims out of shape');
  const payload = Buffer.from(JSON.stringify(ordered), 'utf8');
  const input = `${key.headerSegment}.${payload.toString('base64url')}`;
  const bytes = Buffer.from(input, 'latin1');
  const isRsa = key.algorithm === 'RS256' || key.algorithm === 'PS256';
  const signature = isRsa ? await signInPool(key, bytes) : signNow(key, bytes);
  const token = `${input}.${signature.toString('base64url')}`;
  if (token.length > longestToken) throw new TokensFault('access token too long');
  return token;
}

/**
 * The claims of an access token issued by `issuer` for `audience` and valid at `now`, or why not. Revocation,
 * scope, assurance and possession of the `cnf` key are the caller's questions. Source: RFC 9068 §4, RFC 8725.
 */
export function verifyAccessToken(
  keys: KeyFinder,
  token: string,
  expect: AccessExpectation,
): Verified<AccessClaims> {
  const proven = verifyJws(keys, token, { typ: tokenTypes.access, use: 'access', now: expect.now });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areAccessClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const rejection = rejectionOf(claims, expect);
  return rejection === undefined ? { ok: true, claims } : { ok: false, rejection, claims };
}

function rejectionOf(claims: AccessClaims, expect: AccessExpectation): TokenRejection | undefined {
  if (claims.iss !== expect.issuer) return 'wrong-issuer';
  if (!meets(claims.aud, expect.audience)) return 'wrong-audience';
  return timeRejection(claims, expect.now, boundedSkew(expect.skewSeconds));
}

function boundedSkew(skewSeconds = 0): number {
  if (skewSeconds >= 0 && skewSeconds <= mostSkewSeconds) return skewSeconds;
  throw new TokensFault('clock skew must lie between 0 and 60 seconds');
}

function meets(has: string | readonly string[], wants: string | readonly string[]): boolean {
  if (typeof has === 'string') return typeof wants === 'string' ? has === wants : wants.includes(has);
  return typeof wants === 'string' ? has.includes(wants) : wants.some((want) => has.includes(want));
}

function areAccessClaims(claims: unknown): claims is AccessClaims {
  if (!isObject(claims)) return false;
  return (
    isText(claims.iss) &&
    isText(claims.sub) &&
    (isText(claims.aud) || (isTextList(claims.aud) && claims.aud.length > 0)) &&
    isText(claims.jti) &&
    isText(claims.client_id) &&
    isText(claims.sid) &&
    isText(claims.gid) &&
    isPlain(claims.scope) &&
    isTextList(claims.amr) &&
    isText(claims.acr) &&
    isText(claims.tenant) &&
    isTextList(claims.roles) &&
    areTimes(claims) &&
    (claims.cnf === undefined || isConfirmation(claims.cnf))
  );
}

function areTimes(claims: Record<string, unknown>): boolean {
  const { exp, iat, nbf, auth_time: authTime, sct } = claims;
  if (!isSeconds(exp) || !isSeconds(iat) || !isSeconds(authTime) || !isMilliseconds(sct)) return false;
  // A session is older than what it issues; `iat` was rounded down, so compare in whole seconds.
  const isOrdered = iat < exp && authTime <= iat && Math.floor(sct / 1000) <= iat;
  return isOrdered && (nbf === undefined || isSeconds(nbf));
}

/** RFC 7800 §3.1: a confirmation this verifier does not understand must not be passed over. */
function isConfirmation(cnf: unknown): boolean {
  return (
    isObject(cnf) && Object.keys(cnf).length === 1 && typeof cnf.jkt === 'string' && jktForm.test(cnf.jkt)
  );
}

/** Names every claim, so that nothing else a caller's object carries is ever signed. */
function inOrder(claims: AccessClaims): AccessClaims {
  return {
    iss: claims.iss,
    sub: claims.sub,
    aud: claims.aud,
    exp: claims.exp,
    iat: claims.iat,
    jti: claims.jti,
    client_id: claims.client_id,
    sid: claims.sid,
    gid: claims.gid,
    sct: claims.sct,
    scope: claims.scope,
    amr: claims.amr,
    acr: claims.acr,
    auth_time: claims.auth_time,
    tenant: claims.tenant,
    roles: claims.roles,
    ...(claims.cnf && { cnf: { jkt: claims.cnf.jkt } }),
  };
}
