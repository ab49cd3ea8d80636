import type { Instant } from '@argus/contract';
import { type KeyUse, type VerificationKey, verifySignature } from './algorithm.ts';
import { decodeSegment } from './base64url.ts';
import { parseStrictObject } from './strict-json.ts';

/** Why a token proves nothing. For the audit log and metrics; a caller on the wire learns only "invalid". */
export type TokenRejection =
  | 'too-long'
  | 'malformed'
  | 'bad-header'
  | 'wrong-type'
  | 'unknown-key'
  | 'wrong-algorithm'
  | 'bad-signature'
  | 'bad-claims'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'wrong-nonce'
  | 'wrong-access-token'
  | 'expired'
  | 'not-yet-valid';

export type Verified<C> =
  | { readonly ok: true; readonly claims: C }
  /** `claims` only when the signature was good, so that an expired token can still name its session. */
  | { readonly ok: false; readonly rejection: TokenRejection; readonly claims?: C };

/** Answers from memory: an asynchronous lookup belongs before verification, not inside it. */
export interface KeyFinder {
  find(kid: string): VerificationKey | undefined;
}

export interface JwsExpectation {
  /** Compared exactly; kinds of token are never interchangeable (RFC 8725 §3.11). */
  readonly typ: string;
  readonly use: KeyUse;
  readonly now: Instant;
}

export interface JwsHeader {
  readonly alg: string;
  readonly kid: string;
  readonly typ?: string;
}

export type Proven = { readonly ok: true; readonly payload: Buffer };
export type Refused = { readonly ok: false; readonly rejection: TokenRejection };

/**
 * What Argus signs, by its `typ`: RFC 9068 §2.1, OIDC Core §2, OIDC Back-Channel Logout §2.4, RFC 9701 §5; the second
 * and the last are its own. No other spelling is accepted, since only Argus issues them.
 */
export const tokenTypes = {
  access: 'at+jwt',
  refresh: 'rt+jwt',
  id: 'JWT',
  logout: 'logout+jwt',
  introspection: 'token-introspection+jwt',
  feed: 'argus-feed+jwt',
} as const;
export type TokenKind = keyof typeof tokenTypes;

/** The kinds of token that keys of each use sign. */
export const kindsOfUse = {
  access: ['access', 'id', 'logout', 'introspection'],
  refresh: ['refresh'],
  service: ['feed'],
} as const satisfies Record<KeyUse, readonly TokenKind[]>;

/** Longer texts are refused before any work; cookies stop at 4 KiB anyway. */
export const longestToken = 8192;

export const compactForm = /^[\w-]+\.[\w-]*\.[\w-]+$/;
/**
 * Only these may stand in a header. That refuses `jku`, `x5u`, `jwk`, `x5c` (keys come from configuration only,
 * ASVS 9.1.3), every `crit`, `b64` (RFC 7797) and nesting by `cty`. `alg: none` fits no key.
 */
const knownHeaders: ReadonlySet<string> = new Set(['alg', 'kid', 'typ']);

/**
 * The payload bytes of a compact JWS whose signature holds, under the one algorithm its key is pinned to.
 * Nothing of the payload is read before that (ASVS 9.1.1). Source: RFC 7515 §5.2, RFC 8725 §3.
 */
export function verifyJws(keys: KeyFinder, token: string, expect: JwsExpectation): Proven | Refused {
  const read = readHeader(token);
  if (typeof read === 'string') return refused(read);
  if (read.typ !== expect.typ) return refused('wrong-type');
  const key = keys.find(read.kid);
  if (key === undefined || key.use !== expect.use) return refused('unknown-key');
  if (key.removeAfterAt !== null && key.removeAfterAt <= expect.now) return refused('unknown-key');
  return verifyWith(key, read, token);
}

/** The signature alone, under a key already chosen; `header` is what `readHeader` made of this very token. */
export function verifyWith(
  key: Pick<VerificationKey, 'algorithm' | 'key'>,
  header: Pick<JwsHeader, 'alg'>,
  token: string,
): Proven | Refused {
  if (header.alg !== key.algorithm) return refused('wrong-algorithm');
  const first = token.indexOf('.');
  const last = token.lastIndexOf('.');
  const payload = decodeSegment(token.slice(first + 1, last));
  const signature = decodeSegment(token.slice(last + 1));
  if (payload === undefined || signature === undefined) return refused('malformed');
  const input = Buffer.from(token.slice(0, last), 'latin1');
  return verifySignature(key, input, signature) ? { ok: true, payload } : refused('bad-signature');
}

/** The checked header of a well-formed compact JWS, still unproven; or why there is none. */
export function readHeader(token: string): JwsHeader | TokenRejection {
  if (token.length > longestToken) return 'too-long';
  if (!compactForm.test(token)) return 'malformed';
  const segment = token.slice(0, token.indexOf('.'));
  const known = knownSegments.get(segment);
  if (known) return known;
  const header = parseHeader(segment);
  if (typeof header !== 'string' && segment.length <= longestSegment) {
    if (knownSegments.size >= mostSegments) knownSegments.clear();
    knownSegments.set(segment, header);
  }
  return header;
}

// One key signs nearly all tokens of a day, under one header: it is read once.
const knownSegments = new Map<string, JwsHeader>();
const mostSegments = 100;
const longestSegment = 300;

function parseHeader(segment: string): JwsHeader | TokenRejection {
  const bytes = decodeSegment(segment);
  const header = bytes && parseStrictObject(bytes);
  if (header === undefined) return 'malformed';
  const { alg, kid, typ } = header;
  if (typeof alg !== 'string' || typeof kid !== 'string' || kid.length === 0) return 'bad-header';
  for (const name of Object.keys(header)) if (!knownHeaders.has(name)) return 'bad-header';
  if (typ === undefined) return { alg, kid };
  return typeof typ === 'string' ? { alg, kid, typ } : 'bad-header';
}

/** The key a token *says* it was signed with, for fetching that key; it proves nothing. */
export function keyIdOf(token: string): string | undefined {
  const header = readHeader(token);
  return typeof header === 'string' ? undefined : header.kid;
}

export function refused(rejection: TokenRejection): Refused {
  return { ok: false, rejection };
}
