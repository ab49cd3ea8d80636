import type { SignatureKey } from '../algorithms.ts';
import { componentOf } from '../components/component.ts';
import { componentValue } from '../components/component-value.ts';
import { type FieldLine, hasField, type RequestMessage, type ResponseMessage } from '../message.ts';
import { type ExchangeRejection, type Refused, refused } from '../rejection.ts';
import { linesOfSignature, signMessage } from '../sign.ts';
import { type FindKey, type VerifiedSignature, verifySignature } from '../verify.ts';
import { checkedProfile, type ExchangeProfile, mustBeUnsigned, secondsOf } from './profile.ts';
import { digestLines } from './request.ts';

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

/**
 * The field lines that sign a response, to be added to its own: Content-Digest (SHA-256) if there is a body that is no
 * stream, Signature-Input and Signature. Covered are the status, Content-Type and Content-Digest where they are there,
 * and of the request its method, target URI and signature, so that no other request has this answer. Throws a fault for
 * a response that cannot be signed so (ask `canSignResponseTo` of a request that was refused), and for one that is
 * signed already. Source: RFC 9421 §2.4, §3.1; RFC 9530 §2.
 */
export function signResponse(
  profile: ExchangeProfile,
  response: ResponseToSign,
  { key, now, streaming = false }: ResponseSigning,
): readonly FieldLine[] {
  const { label, responseTag } = checkedProfile(profile);
  mustBeUnsigned(response.fields);
  const digest = streaming ? [] : digestLines(response.body);
  const fields = [...response.fields, ...digest];
  const { status, request } = response;
  const present = coveredWhenPresent.filter((name) => hasField(fields, name));
  const made = signMessage(
    { kind: 'response', status, fields, request },
    {
      label,
      components: ['@status', ...present, ...ofRequest(label)],
      key,
      created: secondsOf(now),
      tag: responseTag,
      omit: ['alg'],
    },
  );
  return [...digest, ...linesOfSignature(made)];
}

/**
 * Whether a response can be signed as the answer to this request: not if it has no signature of the profile's label, one
 * that cannot be read, or a method or target that could not be covered. Such a request was refused, and its answer is
 * bound to nothing; one that was refused for any other reason can be answered with a signature.
 */
export function canSignResponseTo(profile: ExchangeProfile, request: RequestMessage): boolean {
  const { label } = checkedProfile(profile);
  const response = { kind: 'response', status: 400, fields: [], request } as const;
  return ofRequest(label).every((text) => componentValue(response, componentOf(text)).ok);
}

const coveredWhenPresent = ['content-type', 'content-digest'];

/** RFC 9421 §2.4: what binds a response to its request; the signature of that covers all the rest. */
function ofRequest(label: string): string[] {
  return ['"@method";req', '"@target-uri";req', `"signature";req;key="${label}"`];
}

/**
 * Whether a response is signed as the profile asks, by a key that is known, lately and in answer to this very request,
 * and whether its body is the one that was signed. Nothing of it may be believed before.
 * Source: RFC 9421 §2.4, §3.2; RFC 9530 §2.
 */
export async function verifyResponse(
  profile: ExchangeProfile,
  response: ResponseToVerify,
  { body, findKey, now, streaming = false }: ResponseVerification,
): Promise<ResponseVerdict> {
  const { label, responseTag, maxAgeSeconds, clockSkewSeconds, maxBodyBytes } = checkedProfile(profile);
  if (streaming && hasField(response.fields, 'content-digest')) return refused('unexpected-digest');
  if (!streaming && body.length > maxBodyBytes) return refused('body-too-long');
  const policy = {
    select: { label },
    tag: responseTag,
    components: ['@status', ...ofRequest(label)],
    fieldsWhenPresent: coveredWhenPresent,
    maxAgeSeconds,
    clockSkewSeconds,
  };
  const verification = streaming ? { findKey, now } : { findKey, now, body };
  const verdict = await verifySignature(response, policy, verification);
  if (!verdict.ok) return verdict;
  const { created } = verdict;
  return created === null ? refused('missing-parameter') : { ...verdict, created };
}
