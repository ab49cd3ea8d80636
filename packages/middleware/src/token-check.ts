import { hash } from 'node:crypto';
import type { Instant } from '@argus/contract';
import {
  type AccessClaims,
  createJwksSource,
  type JwksSource,
  keyIdOf,
  longestToken,
  type VerificationKey,
  type Verified,
  verifyAccessToken,
} from '@argus/tokens';
import type { Credentials } from './credentials.ts';
import type { StandingToken } from './link/revocations.ts';
import { type Principal, principalOf, type TokenSource } from './principal.ts';
import { type Refused, refused } from './refused.ts';
import type { Settings } from './settings.ts';
import { createVerifiedTokens, type VerifiedToken, type VerifiedTokens } from './verified-tokens.ts';

export interface TokenCheck {
  readonly settings: Settings;
  readonly keys: JwksSource;
  readonly verified: VerifiedTokens;
}

type Proof = { readonly ok: true; readonly principal: Principal; readonly standing: StandingToken } | Refused;

/** Between two fetches of the key set because a token names a key that is not in it. */
const cooldownSeconds = 30;
/** While no key at all is known nothing can be let in, so the issuer is asked more often. */
const firstKeysRetrySeconds = 1;
/** Of a cached entry besides its texts. Estimated high: with a token of 1,000 characters, Node 24 holds 1.3 KB. */
const entryBytes = 1024;
/** RFC 6750 §2.1 `b64token`, RFC 9449 §7.1 `token68`. */
const bearerForm = /^[\w.~+/-]+=*$/;

export function createTokenCheck(settings: Settings): TokenCheck {
  const { jwksUrl: url, fetch, clock } = settings;
  const keys = createJwksSource({ url, fetch, clock, cooldownSeconds });
  // Word from the issuer itself: a withdrawn key must not prove anything for another five minutes.
  settings.argus?.onKeysChanged(() => void keys.refresh());
  return {
    settings,
    keys,
    verified: createVerifiedTokens(settings.cache),
  };
}

/**
 * Who the token proves. One round to the issuer at most, when the token names an unknown key. Only good tokens
 * are remembered: strangers can make any number of bad ones.
 */
export async function proveToken(check: TokenCheck, credentials: Credentials): Promise<Proof> {
  const { token, source } = credentials;
  if (token.length > longestToken) return refused('invalid_token', 'too-long');
  const digest = hash('sha256', token, 'binary');
  const known = recall(check, digest, check.settings.clock.now());
  if (known !== undefined && (!known.ok || known.principal.source === source)) return known;
  if (source !== 'cookie' && !bearerForm.test(token)) {
    return refused('invalid_request', 'malformed-credentials');
  }
  let attempt = verifyOnce(check, token);
  if (!attempt.verified.ok && attempt.verified.rejection === 'unknown-key') {
    await lookForKey(check, token);
    attempt = verifyOnce(check, token);
  }
  const { verified, key } = attempt;
  if (!verified.ok)
    return verified.rejection === 'unknown-key' ? unknownKey(check) : invalid(verified.rejection);
  const { claims } = verified;
  if (claims.tenant !== check.settings.tenant) return invalid('wrong-tenant');
  const misuse = misuseOf(claims, source);
  if (misuse !== undefined) return invalid(misuse);
  const principal = principalOf(claims, source);
  const standing: StandingToken = { claims };
  if (key !== undefined) {
    const bytes = entryBytes + 2 * token.length;
    check.verified.set(digest, { principal, standing, key, bytes, notBeforeAt: beginOf(claims) });
  }
  return { ok: true, principal, standing };
}

/** A bound token without a proof may be in anyone's hands (RFC 9449 §7.2); an unbound one has no key to prove. */
function misuseOf(claims: AccessClaims, source: TokenSource): Refused['reason'] | undefined {
  if (source === 'dpop') return claims.cnf === undefined ? 'not-key-bound' : undefined;
  return claims.cnf === undefined ? undefined : 'key-bound';
}

function invalid(reason: Refused['reason']): Refused {
  return refused('invalid_token', reason);
}

/** A remembered proof, judged again by everything that time can change. */
function recall(check: TokenCheck, digest: string, now: Instant): Proof | undefined {
  const known = check.verified.get(digest);
  if (known === undefined) return undefined;
  const skewMs = check.settings.clockSkewSeconds * 1000;
  if (known.principal.expiresAt + skewMs <= now) {
    check.verified.delete(digest);
    return invalid('expired');
  }
  if (known.notBeforeAt - skewMs > now) return invalid('not-yet-valid');
  const { principal, standing } = known;
  if (isKeyKept(check.keys, known)) return { ok: true, principal, standing };
  check.verified.delete(digest);
  return undefined;
}

/** Asking for the key on every hit is also what keeps the key set fresh while no new token arrives. */
function isKeyKept(keys: JwksSource, known: VerifiedToken): boolean {
  const current = keys.find(known.key.kid);
  if (current === known.key) return true;
  if (current?.algorithm !== known.key.algorithm || !current.key.equals(known.key.key)) return false;
  known.key = current;
  return true;
}

interface Attempt {
  readonly verified: Verified<AccessClaims>;
  readonly key: VerificationKey | undefined;
}

function verifyOnce(check: TokenCheck, token: string): Attempt {
  const { issuer, audience, algorithms, clock, clockSkewSeconds: skewSeconds } = check.settings;
  let key: VerificationKey | undefined;
  const find = (kid: string) => {
    key = check.keys.find(kid);
    return key;
  };
  const expectation = { issuer, audience, now: clock.now(), skewSeconds };
  const verified = verifyAccessToken({ find }, token, expectation);
  const isWanted = algorithms.some((name) => name === key?.algorithm);
  return { verified: verified.ok && !isWanted ? { ok: false, rejection: 'wrong-algorithm' } : verified, key };
}

async function lookForKey({ keys, settings }: TokenCheck, token: string): Promise<void> {
  const kid = keyIdOf(token);
  if (kid === undefined) return;
  const { keys: known, triedAt } = keys.state();
  const waitedMs = triedAt === null ? 0 : settings.clock.now() - triedAt;
  await (known === 0 && waitedMs >= firstKeysRetrySeconds * 1000 ? keys.refresh() : keys.load(kid));
}

/** An unknown key is a forgery only if the issuer could be asked; else nobody knows, and nobody gets in. */
function unknownKey({ keys, settings }: TokenCheck): Refused {
  const { keys: known, triedAt, failure } = keys.state();
  if (failure === null) return invalid('unknown-key');
  const waitSeconds = known === 0 ? firstKeysRetrySeconds : cooldownSeconds;
  const leftMs = (triedAt ?? 0) + waitSeconds * 1000 - settings.clock.now();
  const retryAfterSeconds = Math.max(1, Math.ceil(leftMs / 1000));
  return { ...refused('unavailable', 'issuer-unreachable'), retryAfterSeconds };
}

/** `nbf` is no claim of ours, but RFC 7519 §4.1.5 holds for whoever adds it. */
function beginOf(claims: AccessClaims & { readonly nbf?: unknown }): Instant {
  return 1000 * (typeof claims.nbf === 'number' ? Math.max(claims.iat, claims.nbf) : claims.iat);
}
