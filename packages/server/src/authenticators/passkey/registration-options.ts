import type { CreationOptions, PasskeyHint } from '@argus/contract';
import type { Passkey, PasskeyPolicy, User } from '@argus/core';
import { base64url, uuidBytes } from './bytes.ts';
import { challengeLifetimeMs } from './challenge.ts';
import { offeredAlgorithms } from './cose-key.ts';
import type { RelyingParty } from './relying-party.ts';

export interface RegistrationAsk {
  readonly relyingParty: RelyingParty;
  readonly policy: PasskeyPolicy;
  readonly user: Pick<User, 'id' | 'email' | 'name'>;
  readonly challenge: string;
  /** The user's passkeys: one authenticator is not to hold two of them. */
  readonly passkeys: readonly Pick<Passkey, 'credentialId' | 'transports'>[];
  /** `required` makes a passkey that can be found without a name; `preferred` lets old security keys in. */
  readonly residentKey?: 'required' | 'preferred';
  readonly hints?: readonly PasskeyHint[];
}

/** What the browser is asked to make (WebAuthn §5.4). */
export function registrationOptions(ask: RegistrationAsk): CreationOptions {
  const { relyingParty, policy, user, residentKey = 'required' } = ask;
  return {
    rp: { id: relyingParty.rpId, name: relyingParty.rpName },
    user: { id: userHandleOf(user.id), name: user.email, displayName: user.name ?? user.email },
    challenge: ask.challenge,
    pubKeyCredParams: offeredAlgorithms.map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeLifetimeMs,
    excludeCredentials: ask.passkeys.map(descriptorOf),
    authenticatorSelection: {
      residentKey,
      requireResidentKey: residentKey === 'required',
      userVerification: policy.userVerification,
    },
    hints: [...(ask.hints ?? [])],
    // WebAuthn §14.4.1: attestation tells models apart, which is nobody's business unless policy says so.
    attestation: policy.attestation === 'verified' ? 'direct' : 'none',
    extensions: { credProps: true },
  };
}

/** The user handle of all passkeys of a user (WebAuthn §5.4.3). */
export function userHandleOf(userId: string): string {
  return base64url(uuidBytes(userId));
}

export function descriptorOf({ credentialId, transports }: Pick<Passkey, 'credentialId' | 'transports'>) {
  return { id: base64url(credentialId), type: 'public-key' as const, transports: [...transports] };
}
