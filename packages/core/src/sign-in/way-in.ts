import type { AuthenticatorKind } from '@argus/contract';
import type { Enrolled } from '../authenticator/authenticator.ts';
import type { AuthenticationPolicy } from '../policy/policy.ts';
import type { Authentication, PasskeyProof, Proofs } from '../session/assurance.ts';
import { nextStep } from './next-step.ts';

/** What somebody has set up, as far as a sign-in may ask for it. */
export interface Means {
  readonly enrolled: Enrolled;
  /** Each make of theirs, once. */
  readonly passkeys: readonly Pick<PasskeyProof, 'isAttested' | 'isBackupEligible'>[];
  /** Their account is connected with one elsewhere. */
  readonly isConnected: boolean;
}

const firstProofs = ['password', 'passkey', 'federated'] as const;

/**
 * Whether somebody gets through a sign-in with what they have set up, or with what anybody can set up on the way: an app
 * that gives codes, and a passkey where any will do.
 */
export function hasWayIn(means: Means, authentication: AuthenticationPolicy): boolean {
  return firstProofs.some((kind) =>
    proofsBy(kind, means).some((proof) => leadsIn([proof], means, authentication)),
  );
}

function leadsIn(proofs: Proofs, means: Means, authentication: AuthenticationPolicy): boolean {
  const { enrolled } = means;
  const standing = { proofs, enrolled, isEmailVerified: true, isRemembered: false } as const;
  const step = nextStep({ ...standing, room: { kind: 'admit', evicted: [] } }, { authentication });
  switch (step.kind) {
    case 'second-factor':
      return step.methods.some((kind) =>
        proofsBy(kind, means).some((proof) => leadsIn([...proofs, proof], means, authentication)),
      );
    case 'enrol':
      return step.methods.some((kind) => kind === 'totp' || isAnyPasskeyTaken(authentication));
    case 'refuse':
      return false;
    case 'verify-email':
    case 'choose-session':
    case 'admit':
      return true;
  }
}

function isAnyPasskeyTaken({ passkey }: AuthenticationPolicy): boolean {
  return passkey.aaguids === null && passkey.attestation === 'none' && passkey.isBackupEligible;
}

function proofsBy(kind: AuthenticatorKind, means: Means): readonly Authentication[] {
  const { enrolled, passkeys, isConnected } = means;
  const provedAt = 0;
  switch (kind) {
    case 'password':
      return enrolled.hasPassword ? [{ method: 'pwd', provedAt }] : [];
    case 'totp':
      return enrolled.hasTotp ? [{ method: 'otp', provedAt }] : [];
    case 'recovery-code':
      return enrolled.recoveryCodes > 0 ? [{ method: 'rec', provedAt }] : [];
    case 'passkey':
      return passkeys.map((make) => ({ method: 'passkey', provedAt, isUserVerified: true, ...make }));
    case 'federated':
      // What its provider's word counts for is told only when it comes.
      return isConnected ? [{ method: 'fed', provedAt, amr: [], level: 'urn:argus:aal1' }] : [];
  }
}
