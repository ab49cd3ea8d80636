import type { RefusalCode } from '@argus/contract';
import type { TokenRejection } from '@argus/tokens';

/** Why a request was refused, for the application's own log; the caller on the wire learns only the code. */
export type RefusalReason =
  | TokenRejection
  | 'no-credentials'
  | 'token-in-query'
  | 'unsupported-scheme'
  | 'malformed-credentials'
  | 'repeated-credentials'
  | 'bearer-and-cookie'
  | 'foreign-origin'
  | 'wrong-tenant'
  | 'key-bound'
  | 'missing-scope'
  | 'missing-role'
  | 'weak-authentication'
  | 'stale-authentication'
  | 'issuer-unreachable';

export interface Refused {
  readonly ok: false;
  readonly refusal: RefusalCode;
  readonly reason: RefusalReason;
  readonly retryAfterSeconds?: number;
}

export function refused(refusal: RefusalCode, reason: RefusalReason): Refused {
  return { ok: false, refusal, reason };
}
