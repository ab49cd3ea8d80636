import { SignaturesFault } from '../fault.ts';
import { type FieldLine, hasField } from '../message.ts';

/** What two peers agree on: how their requests and responses are signed. Plain data, the same on both sides. */
export interface ExchangeProfile {
  /** The label of both signatures: a key of a dictionary (RFC 9651 §3.1.2), `argus` for instance. */
  readonly label: string;
  /** RFC 9421 §7.2.7: what a signature is for, so that one for something else is worth nothing here. */
  readonly requestTag: string;
  readonly responseTag: string;
  /** How long a signature is good for, 1 to 60; default 60. */
  readonly maxAgeSeconds?: number;
  /** How far the two clocks may be apart, 0 to 60; default 10. */
  readonly clockSkewSeconds?: number;
  /** A longer body is refused before it is hashed. Reading no more than that is the caller's; default: no limit. */
  readonly maxBodyBytes?: number;
}

export interface CheckedProfile {
  readonly label: string;
  readonly requestTag: string;
  readonly responseTag: string;
  readonly maxAgeSeconds: number;
  readonly clockSkewSeconds: number;
  readonly maxBodyBytes: number;
}

const labelForm = /^[a-z*][a-z0-9_.*-]{0,63}$/;
const tagForm = /^[\x20-\x7e]{1,256}$/;

/** A profile with its defaults. Throws a fault for one that would let signatures live long or mistake one for another. */
export function checkedProfile(profile: ExchangeProfile): CheckedProfile {
  const { label, requestTag, responseTag } = profile;
  const { maxAgeSeconds = 60, clockSkewSeconds = 10, maxBodyBytes = Number.MAX_SAFE_INTEGER } = profile;
  if (!labelForm.test(label)) throw new SignaturesFault('a label is a key of a dictionary');
  if (![requestTag, responseTag].every((tag) => tagForm.test(tag))) {
    throw new SignaturesFault('a tag is 1 to 256 printable characters');
  }
  // RFC 9421 §7.2.7: otherwise a peer could pass its own response off as a request.
  if (requestTag === responseTag) throw new SignaturesFault('requests and responses need different tags');
  if (!isWhole(maxAgeSeconds, 1, 60)) throw new SignaturesFault('maxAgeSeconds is 1 to 60');
  if (!isWhole(clockSkewSeconds, 0, 60)) throw new SignaturesFault('clockSkewSeconds is 0 to 60');
  if (!isWhole(maxBodyBytes, 0, Number.MAX_SAFE_INTEGER))
    throw new SignaturesFault('maxBodyBytes is a count');
  return { label, requestTag, responseTag, maxAgeSeconds, clockSkewSeconds, maxBodyBytes };
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most;
}

/** What the exchange itself adds must not be there already: two of one field are ambiguous to somebody. */
export function mustBeUnsigned(fields: readonly FieldLine[]): void {
  const added = ['content-digest', 'signature-input', 'signature'].find((name) => hasField(fields, name));
  if (added !== undefined) throw new SignaturesFault(`the message has ${added} already`);
}

export function secondsOf(now: number): number {
  return Math.floor(now / 1000);
}
