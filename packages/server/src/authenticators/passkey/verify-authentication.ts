import type { AuthenticationResponse, UserId } from '@argus/contract';
import type { Mark, Passkey } from '@argus/core';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import {
  type AuthenticatorExpectation,
  areSolicited,
  judgeAuthenticatorData,
  readAuthenticatorData,
} from './authenticator-answer.ts';
import { type ClientDataExpectation, judgeClientData } from './browser-answer.ts';
import { base64url, bytesOf } from './bytes.ts';
import { type PasskeyRefusal, type RefusedPasskey, refused } from './passkey-refusal.ts';
import { userHandleOf } from './registration-options.ts';
import { isInForm } from './signature-form.ts';

export interface AuthenticationExpectation extends ClientDataExpectation, AuthenticatorExpectation {
  /** Who has to prove it; null where whoever holds the passkey says who it is. */
  readonly userId: UserId | null;
}

/** What is kept of a passkey and compared. */
export type KnownPasskey = Pick<
  Passkey,
  | 'userId'
  | 'credentialId'
  | 'publicKey'
  | 'algorithm'
  | 'signCount'
  | 'isBackupEligible'
  | 'learnsBackup'
  | 'foreignUserHandle'
>;

export interface VerifiedAuthentication {
  readonly ok: true;
  readonly facts: {
    readonly newSignCount: number;
    readonly isUserVerified: boolean;
    readonly isBackupEligible: boolean;
    readonly isBackedUp: boolean;
  };
  /** Of the challenge, to be claimed in the commit that acts on this. */
  readonly mark: Mark;
}

/**
 * Whether this passkey answered (WebAuthn §7.2). Writes nothing: the caller claims the challenge and moves the counter
 * in one commit. What an attacker sends is refused and never throws.
 */
export async function verifyAuthentication(
  response: AuthenticationResponse,
  passkey: KnownPasskey,
  expected: AuthenticationExpectation,
): Promise<VerifiedAuthentication | RefusedPasskey> {
  const whose = judgeHolder(response, passkey, expected.userId);
  if (whose) return refused(whose);
  const client = judgeClientData(response.response.clientDataJSON, 'webauthn.get', expected);
  if (!client.ok) return client;
  const bytes = bytesOf(response.response.authenticatorData);
  const said = bytes && readAuthenticatorData(bytes);
  if (!said) return refused('malformed');
  const reason = judgeAuthenticatorData(said, expected);
  if (reason) return refused(reason);
  const extensions = { client: response.clientExtensionResults, authenticator: said.extensionsData };
  if (!areSolicited(extensions, { client: [], authenticator: [] })) return refused('extension');
  if (!(await isSigned(response, passkey, { ...expected, challenge: client.said })))
    return refused('signature');
  // Only what is signed counts as evidence of a copy: before, anybody who knows an id could make it up.
  if (said.flags.be !== passkey.isBackupEligible && !passkey.learnsBackup)
    return refused('backup-eligibility');
  if (!hasGrown(passkey.signCount, said.counter)) return refused('counter');
  const { uv, be, bs } = said.flags;
  const facts = { newSignCount: said.counter, isUserVerified: uv, isBackupEligible: be, isBackedUp: bs };
  return { ok: true, facts, mark: client.mark };
}

/** WebAuthn §7.2 steps 5 and 6: the passkey is the one that is named, and its user the one who is meant. */
function judgeHolder(
  { id, rawId, response }: AuthenticationResponse,
  passkey: KnownPasskey,
  userId: UserId | null,
): PasskeyRefusal | null {
  if (id !== rawId || id !== base64url(passkey.credentialId)) return 'credential-id';
  if (userId !== null && userId !== passkey.userId) return 'user-handle';
  // Nobody was named before: then the passkey has to say whose it is.
  if (response.userHandle == null) return userId === null ? 'user-handle' : null;
  const { userId: owner, foreignUserHandle } = passkey;
  const handle = foreignUserHandle ? base64url(foreignUserHandle) : userHandleOf(owner);
  return response.userHandle === handle ? null : 'user-handle';
}

/** WebAuthn §6.1.1: many authenticators never count, and stay at zero. */
function hasGrown(from: number, to: number): boolean {
  return to > from || (to === 0 && from === 0);
}

async function isSigned(
  { id, rawId, type, response }: AuthenticationResponse,
  { publicKey, algorithm }: KnownPasskey,
  { relyingParty, policy, challenge }: AuthenticatorExpectation & { challenge: string },
): Promise<boolean> {
  const { clientDataJSON, authenticatorData, signature } = response;
  if (!isInForm(algorithm, bytesOf(signature))) return false;
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id,
        rawId,
        type,
        response: { clientDataJSON, authenticatorData, signature },
        clientExtensionResults: {},
      },
      expectedChallenge: challenge,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.rpId,
      expectedTopOrigin: [...(relyingParty.topOrigins ?? [])],
      requireUserVerification: policy.userVerification === 'required',
      // The counter is compared after the signature, so the library is told that there was none.
      credential: { id, publicKey: new Uint8Array(publicKey), counter: 0 },
    });
    return verified;
  } catch {
    // The library throws for a signature that is not even one; whoever sent it made it so.
    return false;
  }
}
