import type { SignatureKey } from '../algorithms.ts';
import type { FieldLine, RequestMessage } from '../message.ts';
import type { ExchangeRejection, Refused } from '../rejection.ts';
import type { FindKey, VerifiedSignature } from '../verify.ts';
import type { ExchangeProfile } from './profile.ts';

/** A request that is about to be sent. */
export interface RequestToSign {
  readonly method: string;
  /** The absolute URL as it will be asked for, without a fragment. */
  readonly targetUri: string;
  /** All fields that are sent; `content-type` and `authorization` are covered if they are among them. */
  readonly fields: readonly FieldLine[];
  readonly body?: Uint8Array;
}

export interface RequestSigning {
  readonly key: SignatureKey;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Chance, 16 to 128 printable characters; never used twice with this key. */
  readonly nonce: string;
}

export interface RequestVerification {
  /** The bytes as they came; empty if there were none. */
  readonly body: Uint8Array;
  readonly findKey: FindKey;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A request that its key signed. It is the caller's to claim the nonce, after this and before anything is done. */
export interface VerifiedRequest extends VerifiedSignature {
  readonly created: number;
  readonly expires: number;
  readonly nonce: string;
  /** Until then (milliseconds since 1970) the nonce of this key must be remembered as used. */
  readonly rememberNonceUntil: number;
}

export type RequestVerdict = VerifiedRequest | Refused<ExchangeRejection>;

export function signRequest(
  profile: ExchangeProfile,
  request: RequestToSign,
  signing: RequestSigning,
): readonly FieldLine[] {
  throw new Error(`not built yet: ${profile.label} ${request.method} ${signing.nonce}`);
}

export async function verifyRequest(
  profile: ExchangeProfile,
  request: RequestMessage,
  verification: RequestVerification,
): Promise<RequestVerdict> {
  throw new Error(`not built yet: ${profile.label} ${request.method} ${verification.now}`);
}
