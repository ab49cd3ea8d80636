import type { RefusalCode } from '@argus/contract';
import type { DpopRejection, TokenRejection } from '@argus/tokens';
import type { TokenSource } from './principal.ts';

/** Why a request was refused, for the application's own log; the caller on the wire learns only the code. */
export type RefusalReason =
  | TokenRejection
  | DpopRejection
  | 'no-credentials'
  | 'token-in-query'
  | 'unsupported-scheme'
  | 'malformed-credentials'
  | 'repeated-credentials'
  | 'bearer-and-cookie'
  | 'foreign-origin'
  | 'wrong-tenant'
  | 'key-bound'
  | 'not-key-bound'
  | 'dpop-required'
  | 'wrong-key'
  | 'wrong-url'
  | 'missing-nonce'
  | 'stale-nonce'
  | 'replayed-proof'
  | 'too-many-proofs'
  | 'wrong-kind'
  | 'missing-scope'
  | 'missing-role'
  | 'no-authentication'
  | 'weak-authentication'
  | 'stale-authentication'
  | 'issuer-unreachable'
  | 'ended'
  | 'revocations-unknown';

export interface Refused {
  readonly ok: false;
  readonly refusal: RefusalCode;
  readonly reason: RefusalReason;
  /** How the token came, where there was exactly one. */
  readonly source?: TokenSource;
  readonly retryAfterSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function refused(refusal: RefusalCode, reason: RefusalReason): Refused {
  return { ok: false, refusal, reason };
}
