import type { SignatureKey } from '../algorithms.ts';
import { contentDigest } from '../digest.ts';
import { SignaturesFault } from '../fault.ts';
import { type FieldLine, hasField, type RequestMessage } from '../message.ts';
import { type ExchangeRejection, type Refused, refused } from '../rejection.ts';
import { linesOfSignature, signMessage } from '../sign.ts';
import { type FindKey, type VerifiedSignature, verifySignature } from '../verify.ts';
import { checkedProfile, type ExchangeProfile, mustBeUnsigned, secondsOf } from './profile.ts';

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

const coveredAlways = ['@method', '@target-uri'];
const coveredWhenPresent = ['content-digest', 'content-type', 'authorization'];
const nonceForm = /^[\x20-\x7e]{16,128}$/;

/**
 * The field lines that sign a request, to be added to its own: Content-Digest (SHA-256) if there is a body,
 * Signature-Input and Signature. Covered are method, target URI and, where they are there, Content-Digest, Content-Type
 * and Authorization. Throws a fault for a message, nonce or key that cannot be signed with, and for one that is signed
 * already. Source: RFC 9421 §3.1, §7.2; RFC 9530 §2.
 */
export function signRequest(
  profile: ExchangeProfile,
  request: RequestToSign,
  { key, now, nonce }: RequestSigning,
): readonly FieldLine[] {
  const { label, requestTag, maxAgeSeconds } = checkedProfile(profile);
  mustBeUnsigned(request.fields);
  if (!nonceForm.test(nonce)) throw new SignaturesFault('a nonce is 16 to 128 printable characters');
  const digest = digestLines(request.body);
  const fields = [...request.fields, ...digest];
  const { method, targetUri } = request;
  const created = secondsOf(now);
  const made = signMessage(
    { kind: 'request', method, targetUri, fields },
    {
      label,
      components: [...coveredAlways, ...coveredWhenPresent.filter((name) => hasField(fields, name))],
      key,
      created,
      expires: created + maxAgeSeconds,
      nonce,
      tag: requestTag,
    },
  );
  return [...digest, ...linesOfSignature(made)];
}

export function digestLines(body: Uint8Array | undefined): FieldLine[] {
  return body === undefined || body.length === 0 ? [] : [['content-digest', contentDigest(body)]];
}

/**
 * Whether a request is signed as the profile asks, by a key that is known, lately and for this target, and whether its
 * body is the one that was signed. Nothing of it may be believed before. Source: RFC 9421 §3.2; RFC 9530 §2.
 */
export async function verifyRequest(
  profile: ExchangeProfile,
  request: RequestMessage,
  { body, findKey, now }: RequestVerification,
): Promise<RequestVerdict> {
  const { label, requestTag, maxAgeSeconds, clockSkewSeconds, maxBodyBytes } = checkedProfile(profile);
  if (body.length > maxBodyBytes) return refused('body-too-long');
  const policy = {
    select: { label },
    tag: requestTag,
    components: coveredAlways,
    fieldsWhenPresent: coveredWhenPresent,
    parameters: ['created', 'expires', 'nonce'],
    maxAgeSeconds,
    maxLifetimeSeconds: maxAgeSeconds,
    clockSkewSeconds,
  } as const;
  const verdict = await verifySignature(request, policy, { findKey, now, body });
  if (!verdict.ok) return verdict;
  const { created, expires, nonce } = verdict;
  if (created === null || expires === null || nonce === null) return refused('missing-parameter');
  if (!nonceForm.test(nonce)) return refused('bad-nonce');
  return { ...verdict, created, expires, nonce, rememberNonceUntil: (expires + clockSkewSeconds) * 1000 };
}
