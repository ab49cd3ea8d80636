import type { Instant } from '@argus/contract';
import { isSigningAlgorithm, type KeyAlgorithm, type SigningAlgorithm } from './algorithm.ts';
import { isPlain, isSeconds, isText, isTextList, timeRejection } from './claims.ts';
import { TokensFault } from './fault.ts';
import { hashClaim } from './hash-claim.ts';
import { type KeyFinder, keyIdOf, type TokenRejection, tokenTypes, type Verified, verifyJws } from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { signToken } from './sign-token.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** OIDC Core §2. Times are whole seconds; `aud` is the one client it is meant for. */
export interface IdClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly auth_time: number;
  readonly acr: string;
  readonly amr: readonly string[];
  /** OIDC Front-Channel Logout §3, Back-Channel Logout §2.1. */
  readonly sid: string;
  readonly nonce?: string;
  readonly at_hash?: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
}

/** Signs an ID token. Throws a fault for claims its own verifier would refuse. */
export async function issueIdToken(
  ring: KeyRing,
  claims: IdClaims,
  now: Instant,
  algorithm: SigningAlgorithm,
): Promise<string> {
  const ordered = inOrder(claims);
  if (!areIdClaims(ordered)) throw new TokensFault('ID token claims out of shape');
  return signToken(ring.signing('access', now, algorithm), 'id', ordered);
}

/**
 * The claims of an ID token that this issuer signed, or why not. As a hint an expired one will do (OIDC RP-Initiated
 * Logout §2): its claims stand beside the rejection. Which client and session it names is for the caller to compare.
 */
export function verifyIdTokenHint(
  keys: KeyFinder,
  token: string,
  { issuer, now }: { readonly issuer: string; readonly now: Instant },
): Verified<IdClaims> {
  const proven = verifyJws(keys, token, { typ: tokenTypes.id, use: 'access', now });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areIdClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const rejection: TokenRejection | undefined =
    claims.iss === issuer ? timeRejection(claims, now, 0) : 'wrong-issuer';
  return rejection === undefined ? { ok: true, claims } : { ok: false, rejection, claims };
}

export interface IdTokenExpectation {
  readonly issuer: string;
  /** The client's own id. */
  readonly audience: string;
  /** As it was sent with the authorization request. */
  readonly nonce: string;
  /** The access token that came with it. */
  readonly accessToken: string;
  readonly now: Instant;
  /** Forgiven difference between two clocks. */
  readonly skewSeconds: number;
}

/** What the ID token of a code flow says to its client, or why it says nothing. Source: OIDC Core §3.1.3.7, §3.1.3.8. */
export function verifyIdToken(
  keys: KeyFinder,
  token: string,
  expect: IdTokenExpectation,
): Verified<IdClaims> {
  const proven = verifyJws(keys, token, { typ: tokenTypes.id, use: 'access', now: expect.now });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areIdClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const key = keys.find(keyIdOf(token) ?? '');
  const rejection = rejectionOf(claims, expect, key?.algorithm);
  return rejection === undefined ? { ok: true, claims } : { ok: false, rejection, claims };
}

function rejectionOf(
  claims: IdClaims,
  expect: IdTokenExpectation,
  algorithm: KeyAlgorithm | undefined,
): TokenRejection | undefined {
  if (claims.iss !== expect.issuer) return 'wrong-issuer';
  if (claims.aud !== expect.audience) return 'wrong-audience';
  if (claims.nonce !== expect.nonce) return 'wrong-nonce';
  const isHashed = claims.at_hash !== undefined;
  if (isHashed && isSigningAlgorithm(algorithm)) {
    if (claims.at_hash !== hashClaim(algorithm, expect.accessToken)) return 'wrong-access-token';
  }
  return timeRejection(claims, expect.now, expect.skewSeconds);
}

function areIdClaims(claims: unknown): claims is IdClaims {
  if (!isObject(claims)) return false;
  const { exp, iat, auth_time: authTime } = claims;
  return (
    isText(claims.iss) &&
    isText(claims.sub) &&
    isText(claims.aud) &&
    isText(claims.acr) &&
    isTextList(claims.amr) &&
    isText(claims.sid) &&
    isSeconds(exp) &&
    isSeconds(iat) &&
    isSeconds(authTime) &&
    iat < exp &&
    authTime <= iat &&
    areOptional(claims)
  );
}

function areOptional(claims: Record<string, unknown>): boolean {
  const { name, email, email_verified: isVerified } = claims;
  return (
    (claims.nonce === undefined || isText(claims.nonce)) &&
    (claims.at_hash === undefined || isText(claims.at_hash)) &&
    (name === undefined || isPlain(name)) &&
    (email === undefined || isText(email)) &&
    (isVerified === undefined || typeof isVerified === 'boolean')
  );
}

/** Names every claim, so that nothing else a caller's object carries is ever signed. */
function inOrder(claims: IdClaims): IdClaims {
  const { iss, sub, aud, exp, iat, auth_time, acr, amr, sid } = claims;
  const { nonce, at_hash, name, email, email_verified } = claims;
  return {
    iss,
    sub,
    aud,
    exp,
    iat,
    auth_time,
    acr,
    amr,
    sid,
    ...(nonce !== undefined && { nonce }),
    ...(at_hash !== undefined && { at_hash }),
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(email_verified !== undefined && { email_verified }),
  };
}
