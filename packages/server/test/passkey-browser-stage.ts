import assert from 'node:assert/strict';
import { authenticationResponseSchema, registrationResponseSchema, type UserId } from '@argus/contract';
import { seeded } from '@argus/testing';
import { virtualAuthenticator } from '@argus/testing/virtual-authenticator';
import type { Browser } from 'playwright-core';
import { authenticationOptions } from '../src/authenticators/passkey/authentication-options.ts';
import { type ChallengeUse, newChallenge, readChallenge } from '../src/authenticators/passkey/challenge.ts';
import { registrationOptions } from '../src/authenticators/passkey/registration-options.ts';
import type { RelyingParty } from '../src/authenticators/passkey/relying-party.ts';
import {
  type KnownPasskey,
  verifyAuthentication,
} from '../src/authenticators/passkey/verify-authentication.ts';
import { type NewPasskey, verifyRegistration } from '../src/authenticators/passkey/verify-registration.ts';
import { createSecrets } from '../src/secrets.ts';
import { type Answering, type Opened, openPages, origin } from './pages-stage.ts';
import { passkeyPolicy, verdict } from './passkey-stage.ts';

const relyingParty: RelyingParty = { rpId: 'argus.localhost', rpName: 'Argus', origins: [origin] };
const userId = '019b8c00-0000-7000-8000-000000000001' as UserId; // typed in, as the database would give it
const user = { id: userId, email: 'ada@example.org', name: 'Ada' };
const registering: ChallengeUse = { purpose: 'register', subject: userId };
const signingIn: ChallengeUse = { purpose: 'sign-in', subject: 'attempt' };
const policy = passkeyPolicy();

/** The server's side of passkeys for pages that a test answers: what it asks, and what it says to a field `credential`. */
export interface Verifier {
  readonly askToMake: Answering;
  readonly askToUse: Answering;
  made(fields: URLSearchParams): Promise<KnownPasskey>;
  /** `ok`, or the reason of the refusal. */
  used(fields: URLSearchParams, passkey: KnownPasskey): Promise<string>;
}

export function verifier(seed: string): Verifier {
  const { clock, random } = seeded(seed);
  const deps = { clock, random, secrets: createSecrets(random.bytes(32), random) };
  const known: (KnownPasskey & NewPasskey)[] = [];
  const about = { relyingParty, policy };
  return {
    askToMake: () => {
      const challenge = newChallenge(deps, registering);
      return {
        status: 200,
        json: { options: registrationOptions({ ...about, user, challenge, passkeys: known }) },
      };
    },
    askToUse: () => {
      const challenge = newChallenge(deps, signingIn);
      return { status: 200, json: { options: authenticationOptions({ ...about, challenge, passkeys: [] }) } };
    },
    async made(fields) {
      const verified = await verifyRegistration(registrationResponseSchema.parse(credentialOf(fields)), {
        ...about,
        metadata: null,
        now: clock.now(),
        readChallenge: (challenge) => readChallenge(deps, registering, challenge),
      });
      assert.ok(verified.ok, verdict(verified));
      const passkey = { ...verified.passkey, userId };
      known.push(passkey);
      return passkey;
    },
    async used(fields, passkey) {
      const verified = await verifyAuthentication(
        authenticationResponseSchema.parse(credentialOf(fields)),
        passkey,
        { ...about, userId: null, readChallenge: (challenge) => readChallenge(deps, signingIn, challenge) },
      );
      return verdict(verified);
    },
  };
}

function credentialOf(fields: URLSearchParams): unknown {
  return JSON.parse(fields.get('credential') ?? '');
}

export interface WithAuthenticator extends Opened {
  /** Whether whoever holds the device would pass its check. */
  letVerify(isVerified: boolean): Promise<void>;
  /** Whether anybody touches it when it asks. */
  letTouch(isTouched: boolean): Promise<void>;
}

/** A window with a built-in authenticator that checks its holder, as phones and laptops have. */
export async function openWithAuthenticator(
  browser: Browser,
  play: Parameters<typeof openPages>[1],
): Promise<WithAuthenticator> {
  const opened = await openPages(browser, play);
  const { devtools, authenticatorId } = await virtualAuthenticator(opened.page);
  return {
    ...opened,
    letVerify: async (isUserVerified) => {
      await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
    },
    letTouch: async (enabled) => {
      await devtools.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId, enabled });
    },
  };
}
