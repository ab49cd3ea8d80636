import type { AuthenticationResponse, RegistrationResponse, UserId } from '@argus/contract';
import { balanced, type PasskeyPolicy } from '@argus/core';
import { type FakeClock, type Random, seeded } from '@argus/testing';
import {
  type Authenticating,
  type Registering,
  type SoftwareAuthenticator,
  softwareAuthenticator,
} from '@argus/testing/software-authenticator';
import { authenticationOptions } from '../src/authenticators/passkey/authentication-options.ts';
import { type ChallengeUse, newChallenge, readChallenge } from '../src/authenticators/passkey/challenge.ts';
import { registrationOptions } from '../src/authenticators/passkey/registration-options.ts';
import type { RelyingParty } from '../src/authenticators/passkey/relying-party.ts';
import {
  type AuthenticationExpectation,
  type KnownPasskey,
  verifyAuthentication,
} from '../src/authenticators/passkey/verify-authentication.ts';
import {
  type NewPasskey,
  type RegistrationExpectation,
  verifyRegistration,
} from '../src/authenticators/passkey/verify-registration.ts';
import { createSecrets, type Secrets } from '../src/secrets.ts';

export const relyingParty: RelyingParty = {
  rpId: 'id.example',
  rpName: 'Example',
  origins: ['https://id.example', 'https://app.id.example'],
};
export const userId = '019b8c00-0000-7000-8000-000000000001' as UserId; // typed in, as the database would give it
const user = { id: userId, email: 'ada@id.example', name: 'Ada' };
const registering: ChallengeUse = { purpose: 'register', subject: userId };
const signingIn: ChallengeUse = { purpose: 'sign-in', subject: 'attempt' };

/** One person, one authenticator, and this server's side of both ceremonies. */
export interface PasskeyStage {
  readonly clock: FakeClock;
  readonly random: Random;
  readonly secrets: Secrets;
  readonly authenticator: SoftwareAuthenticator;
  challengeFor(use: ChallengeUse): string;
  /** What the browser answers to fresh options. */
  made(ceremony?: Registering): RegistrationResponse;
  used(ceremony?: Authenticating): AuthenticationResponse;
  expectedAtRegistration(other?: Partial<RegistrationExpectation>): RegistrationExpectation;
  expectedAtSignIn(other?: Partial<AuthenticationExpectation>): AuthenticationExpectation;
  /** A passkey as it would be kept. */
  registered(ceremony?: Registering): Promise<KnownPasskey & NewPasskey>;
  register(ceremony?: Registering, other?: Partial<RegistrationExpectation>): Promise<string>;
  authenticate(
    passkey: KnownPasskey,
    ceremony?: Authenticating,
    other?: Partial<AuthenticationExpectation>,
  ): Promise<string>;
}

export function passkeyPolicy(other: Partial<PasskeyPolicy> = {}): PasskeyPolicy {
  return { ...balanced.authentication.passkey, ...other };
}

export function passkeyStage(seed: string): PasskeyStage {
  const { clock, random } = seeded(seed);
  const secrets = createSecrets(random.bytes(32), random);
  const authenticator = softwareAuthenticator({ random, origin: 'https://id.example' });
  const deps = { clock, random, secrets };
  const policy = passkeyPolicy();
  const stage: PasskeyStage = {
    ...deps,
    authenticator,
    challengeFor: (use) => newChallenge(deps, use),
    made: (ceremony) =>
      authenticator.register(
        registrationOptions({
          relyingParty,
          policy,
          user,
          challenge: stage.challengeFor(registering),
          passkeys: [],
        }),
        ceremony,
      ),
    used: (ceremony) =>
      authenticator.authenticate(
        authenticationOptions({
          relyingParty,
          policy,
          challenge: stage.challengeFor(signingIn),
          passkeys: [],
        }),
        ceremony,
      ),
    expectedAtRegistration: (other) => ({
      relyingParty,
      policy,
      metadata: null,
      now: clock.now(),
      readChallenge: (challenge) => readChallenge(deps, registering, challenge),
      ...other,
    }),
    expectedAtSignIn: (other) => ({
      relyingParty,
      policy,
      userId: null,
      readChallenge: (challenge) => readChallenge(deps, signingIn, challenge),
      ...other,
    }),
    async registered(ceremony) {
      const verified = await verifyRegistration(stage.made(ceremony), stage.expectedAtRegistration());
      if (!verified.ok) throw new Error(`registration was refused: ${verified.reason}`);
      return { ...verified.passkey, userId };
    },
    async register(ceremony, other) {
      return verdict(await verifyRegistration(stage.made(ceremony), stage.expectedAtRegistration(other)));
    },
    async authenticate(passkey, ceremony, other) {
      return verdict(
        await verifyAuthentication(stage.used(ceremony), passkey, stage.expectedAtSignIn(other)),
      );
    },
  };
  return stage;
}

/** `ok`, or the reason of the refusal. */
export function verdict(outcome: { ok: true } | { ok: false; reason: string }): string {
  return outcome.ok ? 'ok' : outcome.reason;
}
