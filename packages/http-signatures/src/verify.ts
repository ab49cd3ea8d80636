import { fitsAlgorithm, type SignatureKey, verifyBase } from './algorithms.ts';
import { type DigestVerdict, verifyDigest } from './digest.ts';
import { hasField, linesOf, type Message } from './message.ts';
import { complaintOf, mustBeTimed, type SignaturePolicy } from './policy.ts';
import { type DigestRejection, type Refused, refused, type SignatureRejection } from './rejection.ts';
import { baseOf, type Coverage, readCoverage } from './signature-base.ts';
import { type FoundSignature, findSignature } from './signature-fields.ts';
import { readSignatureParameters, type SignatureParameters } from './signature-parameters.ts';

/** The key of this name if it is known and still good; asked once for each signature, before it is verified. */
export type FindKey = (keyid: string) => SignatureKey | undefined | Promise<SignatureKey | undefined>;

/** What a signature proves. Times are seconds since 1970, as in the signature; null is what it does not say. */
export interface VerifiedSignature {
  readonly ok: true;
  readonly label: string;
  readonly keyid: string;
  readonly created: number | null;
  readonly expires: number | null;
  readonly nonce: string | null;
  readonly tag: string | null;
  /** The covered components as in the signature base, `"@method"` for instance. Nothing else was signed. */
  readonly components: readonly string[];
}

export type SignatureVerdict = VerifiedSignature | Refused<SignatureRejection | DigestRejection>;

export interface Verification {
  readonly findKey: FindKey;
  /** Milliseconds since 1970. */
  readonly now: number;
  /**
   * The bytes of the body as they came. If there are any, Content-Digest must be there, covered and right; if it is
   * there, so must it be for an empty body. Without this the body is not looked at, and nothing is known of it.
   */
  readonly body?: Uint8Array;
}

/**
 * Whether a message bears the one signature that the policy asks for. What is signed is believed only afterwards: the
 * digest of the body is compared last. Whether the nonce was used before is the caller's to ask, once the signature is
 * verified, so that strangers cannot use nonces up. Throws a fault for a component in the policy that is none, and for
 * times that are no times.
 * Source: RFC 9421 §3.2.
 */
export async function verifySignature(
  message: Message,
  policy: SignaturePolicy,
  { findKey, now, body }: Verification,
): Promise<SignatureVerdict> {
  mustBeTimed(policy, now);
  const claim = readClaim(message, policy, { now, body });
  if (!claim.ok) return claim;
  const { found, keyid, parameters, coverage } = claim;
  const key = await findKey(keyid);
  if (key === undefined || key.keyid !== keyid) return refused('unknown-key');
  // RFC 9421 §3.2 (6): the key says how it signs; the message may only agree.
  if (parameters.alg !== null && parameters.alg !== key.algorithm) return refused('wrong-algorithm');
  if (!fitsAlgorithm(key.key, key.algorithm)) return refused('unfit-key');
  const made = baseOf(message, coverage, policy.fieldTypes);
  if (!made.ok) return made;
  if (!verifyBase(key, made.base, found.signature)) return refused('bad-signature');
  const content = body === undefined ? verified : verifyBody(message, body);
  if (!content.ok) return content;
  const { created, expires, nonce, tag } = parameters;
  const components = coverage.components.map(({ identifier }) => identifier);
  return { ok: true, label: found.label, keyid, created, expires, nonce, tag, components };
}

const verified = { ok: true } as const;

/** A signature that says all that it must, and may still be a false one. */
interface ReadClaim {
  readonly ok: true;
  readonly found: FoundSignature;
  readonly coverage: Coverage;
  readonly parameters: SignatureParameters;
  readonly keyid: string;
}

function readClaim(
  message: Message,
  policy: SignaturePolicy,
  { now, body }: { readonly now: number; readonly body: Uint8Array | undefined },
): ReadClaim | Refused<SignatureRejection | DigestRejection> {
  const found = findSignature(message.fields, policy.select);
  if (!found.ok) return found;
  const coverage = readCoverage(found.input);
  if (!coverage.ok) return coverage;
  const parameters = readSignatureParameters(found.input.parameters);
  if (parameters === undefined) return refused('bad-parameter');
  const hasDigest = hasField(message.fields, 'content-digest');
  if (body !== undefined && body.length > 0 && !hasDigest) return refused('missing-digest');
  const whole = body === undefined ? policy : withDigest(policy);
  const complaint = complaintOf(whole, { parameters, coverage, message, now });
  if (complaint !== undefined) return complaint;
  const { keyid } = parameters;
  return keyid === null ? refused('missing-parameter') : { ok: true, found, coverage, parameters, keyid };
}

/** RFC 9421 §7.2.8: a digest that is not covered could be exchanged together with the body. */
function withDigest(policy: SignaturePolicy): SignaturePolicy {
  return { ...policy, fieldsWhenPresent: [...(policy.fieldsWhenPresent ?? []), 'content-digest'] };
}

function verifyBody({ fields }: Message, body: Uint8Array): DigestVerdict {
  const lines = linesOf(fields, 'content-digest');
  return lines.length === 0 && body.length === 0 ? verified : verifyDigest(lines, body);
}
