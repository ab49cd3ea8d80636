import { type AuthenticationPolicy, balanced, type SignInTerms } from '@argus/core';

/** What policy asks, as far as the steps of a sign-in go. */
export type Demands = Pick<AuthenticationPolicy['factors'], 'required' | 'isPhishingResistant' | 'methods'> &
  Pick<AuthenticationPolicy['passkey'], 'attestation'> &
  Partial<Pick<AuthenticationPolicy['passkey'], 'isBackupEligible'>> &
  Pick<AuthenticationPolicy['signUp'], 'verifyEmail'>;
/** Sessions at once. */
export const max = 2;

export function termsOf(
  { verifyEmail, attestation, isBackupEligible = true, ...factors }: Demands,
  onLimit: Limit,
): SignInTerms {
  const { authentication, session } = balanced;
  return {
    authentication: {
      ...authentication,
      factors: { ...authentication.factors, ...factors },
      passkey: { ...authentication.passkey, attestation, isBackupEligible },
      signUp: { ...authentication.signUp, verifyEmail },
    },
    session: { ...session, concurrent: { ...session.concurrent, max, onLimit } },
  };
}
export type Limit = SignInTerms['session']['concurrent']['onLimit'];

/** Nothing about the person or the device is in the way, or makes it easier. */
export const free = { isEmailVerified: true, isRemembered: false, liveSessions: 0 };
