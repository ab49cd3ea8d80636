import type { PasskeyHint, RequestOptions } from '@argus/contract';
import type { Passkey, PasskeyPolicy } from '@argus/core';
import { challengeLifetimeMs } from './challenge.ts';
import { descriptorOf } from './registration-options.ts';
import type { RelyingParty } from './relying-party.ts';

export interface AuthenticationAsk {
  readonly relyingParty: RelyingParty;
  readonly policy: Pick<PasskeyPolicy, 'userVerification'>;
  readonly challenge: string;
  /** The passkeys of a user who is known already; none where anybody may sign in. */
  readonly passkeys: readonly Pick<Passkey, 'credentialId' | 'transports'>[];
  readonly hints?: readonly PasskeyHint[];
}

/**
 * What the browser is asked to sign (WebAuthn §5.5). Before anybody is known it names no passkeys: a list would tell
 * who has an account (WebAuthn §14.6.2).
 */
export function authenticationOptions(ask: AuthenticationAsk): RequestOptions {
  return {
    challenge: ask.challenge,
    timeout: challengeLifetimeMs,
    rpId: ask.relyingParty.rpId,
    allowCredentials: ask.passkeys.map(descriptorOf),
    userVerification: ask.policy.userVerification,
    hints: [...(ask.hints ?? [])],
  };
}
