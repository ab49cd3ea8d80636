import { timingSafeEqual } from 'node:crypto';
import type { Instant } from '@argus/contract';
import { codeDigits, oneTimePassword, stepAt, stepSeconds } from './one-time-password.ts';

/** Five minutes: a clock that is further off is not learned but set right by its owner. */
export const farthestOffsetSteps = 10;
/** A code with every digit parted by a space; anything longer is not looked at. */
const longestTyped = 2 * codeDigits + 4;
const stepMs = stepSeconds * 1000;
/** So much must a clock be off before its neighbouring step is called its own. */
const surelyOffMs = 20_000;

export interface Expected {
  readonly now: Instant;
  /** By how many steps the person's clock is known to be ahead (or, negative, behind). */
  readonly offsetSteps: number;
  /** How many steps beside the expected one are accepted: 0 holds a code to its own 30 seconds (ASVS 6.5.5). */
  readonly driftSteps: number;
  /** The step of the last code that was accepted; null before the first. */
  readonly lastStep: number | null;
}

export type VerifiedCode =
  | {
      readonly ok: true;
      /** To be kept as `lastStep` by the commit that accepts the code, guarded by being greater. */
      readonly step: number;
      /** What is now known of the person's clock. */
      readonly offsetSteps: number;
    }
  | { readonly ok: false; readonly reason: 'malformed' | 'wrong' | 'used' };

/**
 * Whether this is a code of the secret now. Decides nothing that lasts: the caller keeps `step` by a guarded write.
 * `used`: the code is right, but it or a later one was accepted before (RFC 6238 §5.2: a code is accepted once).
 */
export function verifyTotp(secret: Uint8Array, typed: string, expected: Expected): VerifiedCode {
  const code = digitsOf(typed);
  if (code === null) return { ok: false, reason: 'malformed' };
  const { now, offsetSteps, driftSteps, lastStep } = expected;
  const middle = stepAt(now) + offsetSteps;
  // The last one, so that a code which two steps share by chance is used up for both.
  const step = matching(secret, code, { middle, reach: driftSteps }).at(-1);
  if (step === undefined) return { ok: false, reason: 'wrong' };
  if (lastStep !== null && step <= lastStep) return { ok: false, reason: 'used' };
  const learned = learnedSteps(step - middle, now);
  return { ok: true, step, offsetSteps: bounded(offsetSteps + Math.sign(learned), farthestOffsetSteps) };
}

/**
 * Whether the first code shows that the person's app holds the secret. It proves no sign-in, so it is looked for as
 * far as a clock may be off, and tells how far this one is.
 */
export function verifyFirstCode(
  secret: Uint8Array,
  typed: string,
  { now }: Pick<Expected, 'now'>,
): VerifiedCode {
  const code = digitsOf(typed);
  if (code === null) return { ok: false, reason: 'malformed' };
  const middle = stepAt(now);
  const [nearest] = matching(secret, code, { middle, reach: farthestOffsetSteps }).sort(
    (a, b) => Math.abs(a - middle) - Math.abs(b - middle),
  );
  if (nearest === undefined) return { ok: false, reason: 'wrong' };
  return { ok: true, step: nearest, offsetSteps: learnedSteps(nearest - middle, now) };
}

/** Spaces are how apps show a code; other scripts' digits are not what they show. */
function digitsOf(typed: string): string | null {
  if (typed.length > longestTyped) return null;
  const code = typed.replace(/\s/g, '');
  return code.length === codeDigits && /^[0-9]+$/.test(code) ? code : null;
}

/** The steps that have this code, in order. All are compared, so that time does not tell which one it was. */
function matching(
  secret: Uint8Array,
  code: string,
  { middle, reach }: { middle: number; reach: number },
): number[] {
  const shown = Buffer.from(code);
  return Array.from({ length: 2 * reach + 1 }, (_, index) => middle - reach + index).filter(
    (step) => step >= 0 && timingSafeEqual(shown, Buffer.from(oneTimePassword(secret, step))),
  );
}

/**
 * How many steps a code that came `steps` away says the clock is off. A neighbouring step alone says little: the code
 * was typed late, or the clock is off by a second and the step was about to change. Where no drift is allowed, an
 * offset learned from that would lock the person out.
 */
function learnedSteps(steps: number, now: Instant): number {
  const intoStepMs = now - stepAt(now) * stepMs;
  if (steps === -1) return intoStepMs >= surelyOffMs ? -1 : 0;
  if (steps === 1) return stepMs - intoStepMs >= surelyOffMs ? 1 : 0;
  return steps;
}

function bounded(value: number, farthest: number): number {
  return Math.max(-farthest, Math.min(farthest, value));
}
