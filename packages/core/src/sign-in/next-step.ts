import type { AuthenticatorKind } from '@argus/contract';
import { type Enrolled, hasSecondFactor, mostPasskeys } from '../authenticator/authenticator.ts';
import type { AuthenticationPolicy } from '../policy/policy.ts';
import { type Authentication, assuranceOf, isAtLeast, type Proofs } from '../session/assurance.ts';
import type { ReachedLimit, RoomDecision } from '../session/concurrency.ts';

export interface SignInStanding {
  /** What was proved so far. */
  readonly proofs: Proofs;
  readonly enrolled: Enrolled;
  readonly isEmailVerified: boolean;
  /** This device showed a second factor lately and was to be spared it. */
  readonly isRemembered: boolean;
  /** Whether there is room for one more session, beside the one that this sign-in replaces. */
  readonly room: RoomDecision;
}

export type SecondFactor = Exclude<AuthenticatorKind, 'federated'>;

/** What a sign-in still takes; the first thing that is missing. */
export type NextStep =
  | { readonly kind: 'second-factor'; readonly methods: readonly SecondFactor[] }
  | { readonly kind: 'verify-email' }
  /** A factor has to be set up before there is a session. */
  | { readonly kind: 'enrol'; readonly methods: readonly ('passkey' | 'totp')[] }
  | (Omit<Extract<RoomDecision, { kind: 'ask' }>, 'kind'> & { readonly kind: 'choose-session' })
  | { readonly kind: 'refuse'; readonly reason: 'method-not-allowed' | 'too-weak' }
  | { readonly kind: 'refuse'; readonly reason: 'session-limit'; readonly limit: ReachedLimit }
  | { readonly kind: 'admit' };

export interface SignInTerms {
  readonly authentication: AuthenticationPolicy;
}

/**
 * Every way in walks this one machine, whatever it began with, so that none of them is weaker than it says.
 * A remembered device spares a question and adds nothing to what the session claims.
 */
export function nextStep(standing: SignInStanding, { authentication }: SignInTerms): NextStep {
  const { proofs, room } = standing;
  const { factors, signUp } = authentication;
  if (!proofs.every((proof) => factors.methods.includes(kindOf(proof))))
    return { kind: 'refuse', reason: 'method-not-allowed' };
  // Codes go with something else; by themselves they open nothing.
  if (proofs.every(({ method }) => method === 'otp' || method === 'rec'))
    return { kind: 'refuse', reason: 'too-weak' };
  const missing = missingFactor(standing, authentication);
  if (missing) return missing;
  if (signUp.verifyEmail === 'before-session' && !standing.isEmailVerified) return { kind: 'verify-email' };
  if (!isEnough(proofs, authentication)) return enrolment(standing, authentication);
  switch (room.kind) {
    case 'admit':
      return { kind: 'admit' };
    case 'ask':
      return { ...room, kind: 'choose-session' };
    case 'deny':
      return { kind: 'refuse', reason: 'session-limit', limit: room.limit };
  }
}

/**
 * Whoever has a second factor shows it before anything else, forced enrolment too: or a thief of the password would
 * only have to set up one of their own.
 */
function missingFactor(
  { proofs, enrolled, isRemembered }: SignInStanding,
  authentication: AuthenticationPolicy,
): NextStep | null {
  const { factors } = authentication;
  const has = (method: Authentication['method']) => proofs.some((proof) => proof.method === method);
  // A code for a lost factor stands for it here, and lifts nothing: what policy asks beyond is set up anew.
  if (has('rec')) return null;
  const isTwo = isAtLeast(assuranceOf(proofs).acr, 'urn:argus:aal2');
  if (isTwo && (isEnough(proofs, authentication) || enrolled.passkeys === 0)) return null;
  const isWanted = factors.required === 2 || hasSecondFactor(enrolled);
  // Spared only where there is nothing to make up for by enrolment, which would be open to the password alone.
  const isSpared = isRemembered && isEnough(proofs, authentication) && (has('pwd') || has('fed'));
  if (!isWanted || isSpared) return null;
  const offered: Readonly<Record<SecondFactor, boolean>> = {
    passkey: enrolled.passkeys > 0 && !has('passkey'),
    totp: enrolled.hasTotp && !has('otp') && !has('passkey') && !isTwo,
    password: enrolled.hasPassword && has('passkey') && !isTwo,
    'recovery-code': enrolled.recoveryCodes > 0 && !has('passkey'),
  };
  const methods = secondFactors.filter((method) => offered[method] && factors.methods.includes(method));
  return methods.length === 0 ? null : { kind: 'second-factor', methods };
}

const secondFactors: readonly SecondFactor[] = ['passkey', 'totp', 'password', 'recovery-code'];

/** Whether what was proved is what policy asks of everybody. */
export function isEnough(proofs: Proofs, { factors, passkey }: AuthenticationPolicy): boolean {
  const { acr } = assuranceOf(proofs);
  const keys = proofs.filter((proof) => proof.method === 'passkey');
  // A key that may be copied says who comes, and lets them in only once they have one that may not.
  if (!passkey.isBackupEligible && keys.length > 0 && keys.every(({ isBackupEligible }) => isBackupEligible))
    return false;
  if (factors.required === 1 && !factors.isPhishingResistant) return true;
  if (!isAtLeast(acr, passkey.attestation === 'verified' ? 'urn:argus:aal3' : 'urn:argus:aal2')) return false;
  return !factors.isPhishingResistant || proofs.some(({ method }) => method === 'passkey');
}

function enrolment(
  { enrolled, proofs }: Pick<SignInStanding, 'enrolled' | 'proofs'>,
  { factors, passkey }: AuthenticationPolicy,
): NextStep {
  const wantsPasskey =
    factors.isPhishingResistant ||
    passkey.attestation === 'verified' ||
    proofs.some((proof) => proof.method === 'passkey' && proof.isBackupEligible && !passkey.isBackupEligible);
  const has = (method: Authentication['method']) => proofs.some((proof) => proof.method === method);
  const hasShown =
    has('otp') || has('passkey') || has('rec') || isAtLeast(assuranceOf(proofs).acr, 'urn:argus:aal2');
  // Where policy no longer takes what somebody has, a thief of the password could set up what it does take.
  if (hasSecondFactor(enrolled) && !hasShown) return { kind: 'refuse', reason: 'too-weak' };
  const open = {
    passkey: enrolled.passkeys < mostPasskeys,
    totp: !wantsPasskey && !has('otp') && (has('rec') || !enrolled.hasTotp),
  };
  const methods = (['passkey', 'totp'] as const).filter(
    (method) => open[method] && factors.methods.includes(method),
  );
  return methods.length === 0 ? { kind: 'refuse', reason: 'too-weak' } : { kind: 'enrol', methods };
}

function kindOf({ method }: Authentication): AuthenticatorKind {
  switch (method) {
    case 'pwd':
      return 'password';
    case 'otp':
      return 'totp';
    case 'rec':
      return 'recovery-code';
    case 'passkey':
      return 'passkey';
    case 'fed':
      return 'federated';
  }
}
