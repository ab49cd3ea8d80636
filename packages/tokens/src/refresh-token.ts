import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { isSeconds, isText, isTextList, timeRejection } from './claims.ts';
import { TokensFault } from './fault.ts';
import { type KeyFinder, type TokenRejection, tokenTypes, type Verified, verifyJws } from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { signTokenNow } from './sign-token.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** What one generation of a grant says of itself. Times are whole seconds; `aud` is the issuer. */
export interface RefreshClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string;
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly tenant: string;
  readonly sid: string;
  readonly gid: string;
  /** The grant's generation; every rotation adds one. */
  readonly gen: number;
  readonly client_id: string;
  readonly amr: readonly string[];
  readonly auth_time: number;
}

export interface RefreshExpectation {
  readonly issuer: string;
  readonly now: Instant;
}

/**
 * Signs a refresh token by HMAC with the key that signs at `now`. Equal claims under the same key give the same
 * text, byte for byte, which is what re-issuing a lost reply needs. Throws a fault for claims out of shape.
 */
export function issueRefreshToken(ring: KeyRing, claims: RefreshClaims, now: Instant): string {
  const key = ring.signing('refresh', now);
  const ordered = inOrder(claims);
  if (!areRefreshClaims(ordered)) throw new TokensFault('refresh claims out of shape');
  return signTokenNow(key, 'refresh', ordered);
}

/**
 * The claims of a refresh token this issuer signed and that has not expired, or why not. Whether its generation
 * is still the grant's is for the store to say. No clock skew is forgiven: the issuer reads its own token.
 */
export function verifyRefreshToken(
  keys: KeyFinder,
  token: string,
  expect: RefreshExpectation,
): Verified<RefreshClaims> {
  const proven = verifyJws(keys, token, { typ: tokenTypes.refresh, use: 'refresh', now: expect.now });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areRefreshClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const rejection = rejectionOf(claims, expect);
  return rejection === undefined ? { ok: true, claims } : { ok: false, rejection, claims };
}

/**
 * The `jti` of one generation: base64url of HMAC-SHA256(grant secret, "argus-refresh" ‖ generation as 64 bits,
 * big-endian). Forging a token therefore needs the signing key and the grant's row.
 */
export function refreshTokenId(grantSecret: Uint8Array, generation: number): string {
  if (grantSecret.length < 16) throw new TokensFault('a grant secret has at least 16 bytes');
  if (!isGeneration(generation)) throw new TokensFault('a generation is a whole number, 0 or more');
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(generation));
  // Wrapped first: a quarter of the cost of giving OpenSSL bare bytes.
  return createHmac('sha256', createSecretKey(grantSecret))
    .update('argus-refresh')
    .update(counter)
    .digest('base64url');
}

/** Equality of two texts in a time that tells nothing but whether their lengths differ. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = Buffer.from(a, 'utf8');
  const right = Buffer.from(b, 'utf8');
  return left.length === right.length && timingSafeEqual(left, right);
}

function rejectionOf(claims: RefreshClaims, expect: RefreshExpectation): TokenRejection | undefined {
  if (claims.iss !== expect.issuer) return 'wrong-issuer';
  if (claims.aud !== expect.issuer) return 'wrong-audience';
  return timeRejection(claims, expect.now, 0);
}

function areRefreshClaims(claims: unknown): claims is RefreshClaims {
  if (!isObject(claims)) return false;
  const { exp, iat, auth_time: authTime } = claims;
  return (
    isText(claims.iss) &&
    isText(claims.sub) &&
    isText(claims.aud) &&
    isText(claims.jti) &&
    isText(claims.tenant) &&
    isText(claims.sid) &&
    isText(claims.gid) &&
    isGeneration(claims.gen) &&
    isText(claims.client_id) &&
    isTextList(claims.amr) &&
    claims.nbf === undefined &&
    isSeconds(exp) &&
    isSeconds(iat) &&
    isSeconds(authTime) &&
    iat < exp &&
    authTime <= iat
  );
}

function isGeneration(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function inOrder(claims: RefreshClaims): RefreshClaims {
  return {
    iss: claims.iss,
    sub: claims.sub,
    aud: claims.aud,
    exp: claims.exp,
    iat: claims.iat,
    jti: claims.jti,
    tenant: claims.tenant,
    sid: claims.sid,
    gid: claims.gid,
    gen: claims.gen,
    client_id: claims.client_id,
    amr: claims.amr,
    auth_time: claims.auth_time,
  };
}
