import type { Instant } from '@argus/contract';
import { type SigningAlgorithm, signingAlgorithms } from './algorithm.ts';
import { isSeconds, isText, isTextList, timeRejection } from './claims.ts';
import { TokensFault } from './fault.ts';
import { verifyForeign } from './foreign-jws.ts';
import type { ForeignKeys } from './foreign-keys.ts';
import { type TokenRejection, tokenTypes, type Verified } from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { signToken } from './sign-token.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** What Argus tells a client about a session that ended. */
export interface IssuedLogoutClaims {
  readonly iss: string;
  readonly aud: string;
  readonly iat: number;
  readonly exp: number;
  readonly jti: string;
  readonly sub: string;
  readonly sid: string;
}

/** What a provider tells Argus: a session by `sid`, or all of a person's by `sub`. One of them is there. */
export interface LogoutClaims {
  readonly iss: string;
  readonly aud: string | readonly string[];
  readonly iat: number;
  readonly exp: number;
  /** To be remembered for a minute past `exp`, so that a token is good once. */
  readonly jti: string;
  readonly sub?: string;
  readonly sid?: string;
}

export interface LogoutExpectation {
  readonly issuer: string;
  /** Argus's client id at that provider. */
  readonly audience: string;
  readonly now: Instant;
  /** Whether the token must say what kind it is (`logout+jwt`), as Argus's own do; default false. */
  readonly isTyped?: boolean;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
/** Clocks of two organisations. */
const skewSeconds = 60;
/** Its `jti` must be kept for as long as it lives. */
const mostLifeSeconds = 86_400;
const longestMark = 256;
/** OIDC Back-Channel Logout §2.4: explicit typing is recommended, not demanded. */
const types = [tokenTypes.logout, 'JWT', undefined];

/** Signs a logout token (OIDC Back-Channel Logout §2.4). Throws a fault for claims a receiver would refuse. */
export async function issueLogoutToken(
  ring: KeyRing,
  claims: IssuedLogoutClaims,
  now: Instant,
  algorithm: SigningAlgorithm,
): Promise<string> {
  const { iss, aud, iat, exp, jti, sub, sid } = claims;
  const ordered = { iss, aud, iat, exp, jti, sub, sid, events: { [event]: {} } };
  if (!areLogoutClaims(ordered)) throw new TokensFault('logout token claims out of shape');
  return signToken(ring.signing('access', now, algorithm), 'logout', ordered);
}

/** What a provider's logout token says, or why it is not one. Source: OIDC Back-Channel Logout §2.6. */
export function verifyLogoutToken(
  keys: ForeignKeys,
  token: string,
  expect: LogoutExpectation,
): Verified<LogoutClaims> {
  const proven = verifyForeign(keys, token, {
    types: expect.isTyped ? [tokenTypes.logout] : types,
    algorithms: signingAlgorithms,
  });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areLogoutClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const rejection = rejectionOf(claims, expect);
  return rejection === undefined ? { ok: true, claims } : { ok: false, rejection, claims };
}

function rejectionOf(claims: LogoutClaims, expect: LogoutExpectation): TokenRejection | undefined {
  if (claims.iss !== expect.issuer) return 'wrong-issuer';
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud;
  if (!audiences.includes(expect.audience)) return 'wrong-audience';
  return timeRejection(claims, expect.now, skewSeconds);
}

function areLogoutClaims(claims: unknown): claims is LogoutClaims {
  if (!isObject(claims)) return false;
  const { iat, exp, sub, sid } = claims;
  return (
    isText(claims.iss) &&
    (isText(claims.aud) || (isTextList(claims.aud) && claims.aud.length > 0)) &&
    isText(claims.jti) &&
    claims.jti.length <= longestMark &&
    isSeconds(iat) &&
    isSeconds(exp) &&
    iat < exp &&
    exp - iat <= mostLifeSeconds &&
    (sub === undefined || isText(sub)) &&
    (sid === undefined || isText(sid)) &&
    (sub !== undefined || sid !== undefined) &&
    isLogoutEvent(claims.events) &&
    // With a nonce it could be an ID token that somebody passes off as this.
    !('nonce' in claims)
  );
}

function isLogoutEvent(events: unknown): boolean {
  return isObject(events) && isObject(events[event]);
}
