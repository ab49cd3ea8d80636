import { componentOf } from './components/component.ts';
import type { FieldTypes } from './components/field-types.ts';
import { SignaturesFault } from './fault.ts';
import { hasField, type Message } from './message.ts';
import { type Refused, refused } from './rejection.ts';
import type { Coverage } from './signature-base.ts';
import type { SignatureChoice } from './signature-fields.ts';
import type { ParameterName, SignatureParameters } from './signature-parameters.ts';

/** What a signature must cover and say to be worth anything here (RFC 9421 §3.2, §7.2.1). Plain data. */
export interface SignaturePolicy {
  /** The one signature that is looked at, by its label or by its tag. */
  readonly select: SignatureChoice;
  /** RFC 9421 §7.2.7: the tag it must have; one that is selected by its tag has it already. */
  readonly tag?: string;
  /** What must be covered: `@method`, `content-type` or, with parameters, `"signature";req;key="sig1"`. */
  readonly components: readonly string[];
  /** Names of fields that must be covered if the message has them. */
  readonly fieldsWhenPresent?: readonly string[];
  /** Parameters that must be there beside `keyid`, which always must; default: `created`. */
  readonly parameters?: readonly ParameterName[];
  /** How long after `created` it is good; then `created` must be there. Default: as long as it says. */
  readonly maxAgeSeconds?: number;
  /** How far `expires` may lie after `created`, where both are there. */
  readonly maxLifetimeSeconds?: number;
  /** How far the signer's clock may differ from ours; default 0. */
  readonly clockSkewSeconds?: number;
  /** What the fields covered with `sf` are, where that is not known already. */
  readonly fieldTypes?: FieldTypes;
}

/** Throws a fault for a policy that no time would ever fail: every comparison with NaN is false. */
export function mustBeTimed(policy: SignaturePolicy, now: number): void {
  const { maxAgeSeconds = 0, maxLifetimeSeconds = 0, clockSkewSeconds = 0 } = policy;
  const times = [maxAgeSeconds, maxLifetimeSeconds, clockSkewSeconds, now];
  if (times.every((time) => Number.isFinite(time) && time >= 0)) return;
  throw new SignaturesFault('now and the times of a policy are finite and not negative');
}

type Complaint = Refused<
  | 'missing-component'
  | 'missing-parameter'
  | 'wrong-tag'
  | 'expires-before-created'
  | 'lives-too-long'
  | 'from-the-future'
  | 'too-old'
  | 'expired'
>;

/** The first thing that a signature does not cover or say as it must; whether it is a true one is asked afterwards. */
export function complaintOf(
  policy: SignaturePolicy,
  { parameters, coverage, message, now }: Claim,
): Complaint | undefined {
  if (!coversAll(policy, coverage, message)) return refused('missing-component');
  const required: readonly ParameterName[] = ['keyid', ...(policy.parameters ?? ['created'])];
  if (required.some((name) => parameters[name] === null)) return refused('missing-parameter');
  if (policy.tag !== undefined && parameters.tag !== policy.tag) return refused('wrong-tag');
  return complaintOfTimes(policy, parameters, now);
}

/** What a signature says, not verified. */
export interface Claim {
  readonly parameters: SignatureParameters;
  readonly coverage: Coverage;
  readonly message: Message;
  /** Milliseconds since 1970. */
  readonly now: number;
}

function coversAll(policy: SignaturePolicy, { components }: Coverage, message: Message): boolean {
  const covered = new Set(components.map(({ identity }) => identity));
  const always = policy.components.map(componentOf);
  // Read whether they are there or not, so that a name with a mistake in it is not taken for a field that is absent.
  const fields = (policy.fieldsWhenPresent ?? []).map(componentOf);
  const present = fields.filter(({ name }) => hasField(message.fields, name));
  return [...always, ...present].every(({ identity }) => covered.has(identity));
}

/** RFC 9421 §2.3, §7.2.2: what is signed is good from `created` on and no longer than the policy or it says. */
function complaintOfTimes(
  { maxAgeSeconds, maxLifetimeSeconds, clockSkewSeconds = 0 }: SignaturePolicy,
  { created, expires }: SignatureParameters,
  now: number,
): Complaint | undefined {
  const skew = clockSkewSeconds * 1000;
  if (created === null) {
    if (maxAgeSeconds !== undefined) return refused('missing-parameter');
  } else {
    if (created * 1000 > now + skew) return refused('from-the-future');
    if (maxAgeSeconds !== undefined && now - created * 1000 > maxAgeSeconds * 1000 + skew)
      return refused('too-old');
  }
  if (expires === null) return undefined;
  if (created !== null && expires < created) return refused('expires-before-created');
  if (created !== null && maxLifetimeSeconds !== undefined && expires - created > maxLifetimeSeconds) {
    return refused('lives-too-long');
  }
  return expires * 1000 + skew <= now ? refused('expired') : undefined;
}
