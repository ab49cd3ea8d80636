import type { SignatureKey } from '../algorithms.ts';
import type { FieldLine, RequestMessage, ResponseMessage } from '../message.ts';
import type { ExchangeRejection, Refused } from '../rejection.ts';
import type { FindKey, VerifiedSignature } from '../verify.ts';
import type { ExchangeProfile } from './profile.ts';

/** A response that is about to be sent. */
export interface ResponseToSign {
  readonly status: number;
  /** All fields that are sent; `content-type` is covered if it is among them. */
  readonly fields: readonly FieldLine[];
  readonly body?: Uint8Array;
  /** The request that it answers, with the signature that it came with. */
  readonly request: RequestMessage;
}

export interface ResponseSigning {
  readonly key: SignatureKey;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The body is an open stream: only status and fields are signed, and whoever verifies must expect that. */
  readonly streaming?: boolean;
}

export interface ResponseVerification {
  /** The bytes as they came; empty if there were none. Not looked at for a stream. */
  readonly body: Uint8Array;
  readonly findKey: FindKey;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** An open stream was asked for: no digest is demanded, and one that is there is refused. */
  readonly streaming?: boolean;
}

/** A response as it came, with the request that was sent, its signature included. */
export type ResponseToVerify = ResponseMessage & { readonly request: RequestMessage };

/** A response to exactly this request. */
export interface VerifiedResponse extends VerifiedSignature {
  readonly created: number;
}

export type ResponseVerdict = VerifiedResponse | Refused<ExchangeRejection>;

export function signResponse(
  profile: ExchangeProfile,
  response: ResponseToSign,
  signing: ResponseSigning,
): readonly FieldLine[] {
  throw new Error(`not built yet: ${profile.label} ${response.status} ${signing.now}`);
}

export async function verifyResponse(
  profile: ExchangeProfile,
  response: ResponseToVerify,
  verification: ResponseVerification,
): Promise<ResponseVerdict> {
  throw new Error(`not built yet: ${profile.label} ${response.status} ${verification.now}`);
}
