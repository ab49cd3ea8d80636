import type { Instant } from '@argus/contract';
import type { SigningAlgorithm } from './algorithm.ts';
import { isMilliseconds, isPlain, isSeconds, isText, isTextList, timeRejection } from './claims.ts';
import { TokensFault } from './fault.ts';
import { type KeyFinder, type TokenRejection, tokenTypes, type Verified, verifyJws } from './jwt.ts';
import type { KeyRing } from './key-ring.ts';
import { signToken } from './sign-token.ts';
import { isObject, parseStrictObject } from './strict-json.ts';

/** RFC 9068 §2.2 and Argus's own, for a client that acts by itself. Times are whole seconds. */
export interface ClientAccessClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat: number;
  readonly jti: string;
  readonly client_id: string;
  readonly gid: string;
  readonly scope: string;
  readonly tenant: string;
  readonly roles: readonly string[];
  /** RFC 8693 §4.1: who acts for the subject. */
  readonly act?: { readonly sub: string; readonly client_id?: string };
  /** RFC 9449 §6.1: the thumbprint of the key the bearer must prove. */
  readonly cnf?: { readonly jkt: string };
}

/** What is true besides when a person stands behind the token: all five are there, or none. */
export interface PersonAccessClaims extends ClientAccessClaims {
  readonly sid: string;
  /** When the session began, in milliseconds. */
  readonly sct: number;
  readonly amr: readonly string[];
  readonly acr: string;
  readonly auth_time: number;
}

export type AccessClaims = PersonAccessClaims | ClientAccessClaims;

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
const personClaims = ['sid', 'sct', 'amr', 'acr', 'auth_time'] as const;

/**
 * Signs an access token with the key of this algorithm that signs at `now`. Throws a fault for claims its own
 * verifier would refuse.
 */
export async function issueAccessToken(
  ring: KeyRing,
  claims: AccessClaims,
  now: Instant,
  algorithm: SigningAlgorithm = 'RS256',
): Promise<string> {
  const ordered = inOrder(claims);
  if (!areAccessClaims(ordered)) throw new TokensFault('access claims out of shape');
  return signToken(ring.signing('access', now, algorithm), 'access', ordered);
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

/** Whether a person's session stands behind the token, and not a client alone. */
export function isOfPerson(claims: AccessClaims): claims is PersonAccessClaims {
  return personClaims.some((name) => name in claims);
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
  const { iat, exp, nbf } = claims;
  return (
    isText(claims.iss) &&
    isText(claims.sub) &&
    (isText(claims.aud) || (isTextList(claims.aud) && claims.aud.length > 0)) &&
    isText(claims.jti) &&
    isText(claims.client_id) &&
    isText(claims.gid) &&
    isPlain(claims.scope) &&
    isText(claims.tenant) &&
    isTextList(claims.roles) &&
    isSeconds(exp) &&
    isSeconds(iat) &&
    iat < exp &&
    (nbf === undefined || isSeconds(nbf)) &&
    (claims.act === undefined || isActor(claims.act)) &&
    (claims.cnf === undefined || isConfirmation(claims.cnf)) &&
    (!personClaims.some((name) => name in claims) || arePersonClaims(claims, iat))
  );
}

function arePersonClaims(claims: Record<string, unknown>, iat: number): boolean {
  const { auth_time: authTime, sct } = claims;
  return (
    isText(claims.sid) &&
    isTextList(claims.amr) &&
    isText(claims.acr) &&
    isSeconds(authTime) &&
    isMilliseconds(sct) &&
    authTime <= iat &&
    // A session is older than what it issues; `iat` was rounded down, so compare in whole seconds.
    Math.floor(sct / 1000) <= iat
  );
}

/** RFC 8693 §4.1. A chain of actors is refused: Argus issues none, and only the outermost would count. */
function isActor(act: unknown): boolean {
  if (!isObject(act) || !isText(act.sub)) return false;
  const isNamed = act.client_id === undefined || isText(act.client_id);
  return isNamed && Object.keys(act).every((name) => name === 'sub' || name === 'client_id');
}

/** RFC 7800 §3.1: a confirmation this verifier does not understand must not be passed over. */
function isConfirmation(cnf: unknown): boolean {
  return (
    isObject(cnf) && Object.keys(cnf).length === 1 && typeof cnf.jkt === 'string' && jktForm.test(cnf.jkt)
  );
}

/** Names every claim, so that nothing else a caller's object carries is ever signed. */
function inOrder(claims: AccessClaims): AccessClaims {
  const { iss, sub, aud, exp, iat, jti, client_id, gid, scope, tenant, roles, act, cnf } = claims;
  const shared: ClientAccessClaims = {
    iss,
    sub,
    aud,
    exp,
    iat,
    jti,
    client_id,
    gid,
    scope,
    tenant,
    roles,
    ...(act && { act: { sub: act.sub, ...(act.client_id !== undefined && { client_id: act.client_id }) } }),
    ...(cnf && { cnf: { jkt: cnf.jkt } }),
  };
  if (!isOfPerson(claims)) return shared;
  const { sid, sct, amr, acr, auth_time } = claims;
  return { ...shared, sid, sct, amr, acr, auth_time };
}
