import type { DeviceClass, SessionId } from '@argus/contract';
import {
  type AuthenticationPolicy,
  balanced,
  decideRoom,
  type LiveSession,
  type NextStep,
  nextStep,
  type SessionPolicy,
  type SignInStanding,
  type SignInTerms,
} from '@argus/core';

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
): Terms {
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
export type Limit = SessionPolicy['concurrent']['onLimit'];

/** What holds for the sign-in, and for how many sessions there may be. */
export interface Terms extends SignInTerms {
  readonly session: SessionPolicy;
}

/** Where a sign-in stands; so many sessions live beside the one that it replaces. */
export interface Standing extends Omit<SignInStanding, 'room'> {
  readonly liveSessions: number;
}

/** The next step, with room as these terms leave it. */
export function stepOf({ liveSessions, ...standing }: Standing, terms: Terms): NextStep {
  const live = Array.from({ length: liveSessions }, (_, number) => liveSession(number));
  const room = decideRoom(live, { deviceClass: 'desktop' }, terms.session.concurrent);
  return nextStep({ ...standing, room }, terms);
}

/** A session like any other; the smaller its number, the older it is. */
export function liveSession(number: number, changes: Partial<LiveSession> = {}): LiveSession {
  const deviceClass: DeviceClass = 'desktop';
  return {
    id: `session-${number}` as SessionId, // a brand over text
    deviceClass,
    createdAt: number,
    lastActiveAt: number,
    acr: 'urn:argus:aal1',
    riskLevel: 'low',
    isDeviceKnown: true,
    isDeviceRemembered: false,
    ...changes,
  };
}

/** Nothing about the person or the device is in the way, or makes it easier. */
export const free = { isEmailVerified: true, isRemembered: false, liveSessions: 0 };
