import type { Instant } from '@argus/contract';
import { signingAlgorithms } from './algorithm.ts';
import { decodeSegment } from './base64url.ts';
import { isSeconds, isText, isTextList } from './claims.ts';
import { verifyForeign } from './foreign-jws.ts';
import type { ForeignKeys } from './foreign-keys.ts';
import { compactForm, longestToken, type TokenRejection } from './jwt.ts';
import { parseStrictObject } from './strict-json.ts';

export interface StatementExpectation {
  readonly issuer: string;
  /** Who reads it: a statement for somebody else is not taken; one for nobody in particular is. */
  readonly audience: string;
  readonly now: Instant;
}

const skewMs = 30_000;

/**
 * What somebody who vouches for a piece of software says of it (RFC 7591 §2.3). Most statements live as long as
 * their software, so times count only where they are named; no kind is registered for `typ`.
 */
export function verifySoftwareStatement(
  keys: ForeignKeys,
  statement: string,
  expect: StatementExpectation,
):
  | { readonly ok: true; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly rejection: TokenRejection } {
  const proven = verifyForeign(keys, statement, {
    types: [undefined, 'JWT', 'jwt'],
    algorithms: signingAlgorithms,
  });
  if (!proven.ok) return proven;
  const claims = parseStrictObject(proven.payload);
  const rejection = claims ? rejectionOf(claims, expect) : 'bad-claims';
  return claims && !rejection ? { ok: true, claims } : { ok: false, rejection: rejection ?? 'bad-claims' };
}

/** Who a statement says it is by, for choosing the keys; it proves nothing. */
export function issuerOfStatement(statement: string): string | null {
  if (statement.length > longestToken || !compactForm.test(statement)) return null;
  const bytes = decodeSegment(statement.split('.', 2)[1] ?? '');
  const issuer = bytes && parseStrictObject(bytes)?.iss;
  return isText(issuer) ? issuer : null;
}

function rejectionOf(
  { iss, aud, exp, nbf, iat }: Readonly<Record<string, unknown>>,
  { issuer, audience, now }: StatementExpectation,
): TokenRejection | null {
  if (iss !== issuer) return 'wrong-issuer';
  for (const time of [exp, nbf, iat]) if (time !== undefined && !isSeconds(time)) return 'bad-claims';
  if (aud !== undefined && !isFor(aud, audience)) return 'wrong-audience';
  if (isSeconds(exp) && exp * 1000 + skewMs <= now) return 'expired';
  const begins = Math.max(isSeconds(nbf) ? nbf : 0, isSeconds(iat) ? iat : 0);
  return begins * 1000 - skewMs > now ? 'not-yet-valid' : null;
}

function isFor(aud: unknown, audience: string): boolean {
  return aud === audience || (isTextList(aud) && aud.includes(audience));
}
