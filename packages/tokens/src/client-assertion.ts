import type { Instant } from '@argus/contract';
import { signingAlgorithms } from './algorithm.ts';
import { decodeBase64url } from './base64url.ts';
import { isSeconds, isText, isTextList } from './claims.ts';
import { verifyForeign } from './foreign-jws.ts';
import type { ClientKeys } from './foreign-keys.ts';
import { longestToken, type TokenRejection } from './jwt.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** Why an assertion does not prove its client. For the audit log; on the wire it is `invalid_client`. */
export type AssertionRejection = TokenRejection | 'wrong-subject' | 'lives-too-long';

export interface AssertionExpectation {
  readonly clientId: string;
  readonly keys: ClientKeys;
  readonly issuer: string;
  /** URLs of this server that may stand for it in `aud`. */
  readonly endpoints: readonly string[];
  /** FAPI 2.0: the issuer alone as audience, and no RS256. */
  readonly isFapi: boolean;
  readonly now: Instant;
}

export type AssertionVerdict =
  /** `jti` is to be remembered until `expiresAt`: an assertion is good once (OIDC Core §9). */
  | { readonly ok: true; readonly jti: string; readonly expiresAt: Instant }
  | { readonly ok: false; readonly rejection: AssertionRejection };

interface AssertionClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly jti: string;
  readonly exp: number;
  readonly iat?: number;
  readonly nbf?: number;
}

const mostLifeSeconds = 300;
/** FAPI 2.0 §5.3.2.1: clocks of clients may be this far ahead. */
const aheadSeconds = 10;
const longestMark = 256;
/** RFC 7523 knows no type; its successor (draft-ietf-oauth-rfc7523bis) knows the last one. */
const types = [undefined, 'JWT', 'client-authentication+jwt'];

/** The client that an assertion says it is of, unproven: enough to look its keys up. */
export function clientOfAssertion(assertion: string): string | null {
  if (assertion.length > longestToken) return null;
  const [, payload, , ...more] = assertion.split('.');
  const bytes = payload === undefined || more.length > 0 ? undefined : decodeBase64url(payload);
  const sub = bytes && parseStrictObject(bytes)?.sub;
  return isText(sub) ? sub : null;
}

/** Whether an assertion was made by this client for this server, lately. Source: RFC 7523 §3, OIDC Core §9. */
export function verifyClientAssertion(assertion: string, expect: AssertionExpectation): AssertionVerdict {
  const algorithms = signingAlgorithms.filter((name) => !expect.isFapi || name !== 'RS256');
  const proven = verifyForeign(expect.keys, assertion, { types, algorithms });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  if (!areAssertionClaims(claims)) return { ok: false, rejection: 'bad-claims' };
  const rejection = rejectionOf(claims, expect);
  return rejection === undefined
    ? { ok: true, jti: claims.jti, expiresAt: claims.exp * 1000 }
    : { ok: false, rejection };
}

function rejectionOf(claims: AssertionClaims, expect: AssertionExpectation): AssertionRejection | undefined {
  const { clientId, now } = expect;
  if (claims.iss !== clientId) return 'wrong-issuer';
  if (claims.sub !== clientId) return 'wrong-subject';
  if (!isForUs(claims.aud, expect)) return 'wrong-audience';
  if (claims.exp * 1000 <= now) return 'expired';
  const latest = now + aheadSeconds * 1000;
  if ((claims.iat ?? 0) * 1000 > latest || (claims.nbf ?? 0) * 1000 > latest) return 'not-yet-valid';
  return claims.exp * 1000 > latest + mostLifeSeconds * 1000 ? 'lives-too-long' : undefined;
}

/**
 * An audience that somebody else shares could replay the assertion here, so every one of them must be us; FAPI 2.0
 * §5.3.2.1 leaves one spelling.
 */
function isForUs(
  audience: string | readonly string[],
  { issuer, endpoints, isFapi }: AssertionExpectation,
): boolean {
  if (isFapi) return audience === issuer;
  const named = typeof audience === 'string' ? [audience] : audience;
  return named.every((each) => each === issuer || endpoints.includes(each));
}

function areAssertionClaims(claims: unknown): claims is AssertionClaims {
  if (!isObject(claims)) return false;
  return (
    isText(claims.iss) &&
    isText(claims.sub) &&
    (isText(claims.aud) || (isTextList(claims.aud) && claims.aud.length > 0)) &&
    isText(claims.jti) &&
    claims.jti.length <= longestMark &&
    isSeconds(claims.exp) &&
    (claims.iat === undefined || isSeconds(claims.iat)) &&
    (claims.nbf === undefined || isSeconds(claims.nbf))
  );
}
