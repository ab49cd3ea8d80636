import type { Instant, RegistrationResponse } from '@argus/contract';
import type { Mark, Passkey, PasskeyPolicy } from '@argus/core';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { readAttestation, weighAttestation } from './attestation.ts';
import {
  type AuthenticatorData,
  areSolicited,
  judgeAuthenticatorData,
  readAuthenticatorData,
} from './authenticator-answer.ts';
import { type ClientDataExpectation, judgeClientData } from './browser-answer.ts';
import { type Bytes, base64url } from './bytes.ts';
import { algorithmOf, offeredAlgorithms } from './cose-key.ts';
import { isModelProved, type Metadata } from './metadata.ts';
import { type RefusedPasskey, refused } from './passkey-refusal.ts';

export interface RegistrationExpectation extends ClientDataExpectation {
  readonly policy: PasskeyPolicy;
  /** What proves models; without it, policy that asks for a proof lets nobody register. */
  readonly metadata: Metadata | null;
  readonly now: Instant;
}

/** What is new about a passkey; its id, owner, name and times are the caller's. */
export type NewPasskey = Omit<Passkey, 'id' | 'userId' | 'name' | 'createdAt' | 'lastUsedAt'>;

export interface VerifiedRegistration {
  readonly ok: true;
  readonly passkey: NewPasskey;
  /** The device checked who holds it while the passkey was made. */
  readonly isUserVerified: boolean;
  /** Of the challenge, to be claimed in the commit that acts on this. */
  readonly mark: Mark;
}

/** What we ask for, and what browsers ask security keys for by themselves: Chromium protects passkeys that can be found. */
const asked = { client: ['credProps'], authenticator: ['credProtect'] } as const;
const longestCredentialId = 1023;

/**
 * Whether a passkey was made here as it was asked for (WebAuthn §7.1). Writes nothing; that its id is nobody's yet is
 * for the commit. What an attacker sends is refused and never throws.
 */
export async function verifyRegistration(
  response: RegistrationResponse,
  expected: RegistrationExpectation,
): Promise<VerifiedRegistration | RefusedPasskey> {
  const client = judgeClientData(response.response.clientDataJSON, 'webauthn.create', expected);
  if (!client.ok) return client;
  const attestation = readAttestation(response.response.attestationObject);
  const said = attestation && readAuthenticatorData(attestation.authenticatorData);
  if (!said) return refused('malformed');
  const reason = judgeAuthenticatorData(said, expected);
  if (reason) return refused(reason);
  const made = readMade(response, said);
  if (!made.ok) return made;
  const { policy, metadata, now } = expected;
  if (policy.aaguids && !policy.aaguids.includes(made.aaguid)) return refused('model');
  const isVerified = policy.attestation === 'verified';
  const weighed = weighAttestation(attestation, policy, made.algorithm);
  if (!weighed) return refused('attestation');
  if (isVerified && !(metadata && isModelProved(metadata, { ...made, chain: weighed.chain, now })))
    return refused('attestation');
  if (!(await isStatementRight(response, expected, { said: client.said, attestationObject: weighed.text })))
    return refused('attestation');
  // NIST SP 800-63B-4 §2.3: whoever asks for proved models asks for AAL3, and its keys stay on their device.
  if ((isVerified || !policy.isBackupEligible) && said.flags.be) return refused('backup-eligibility');
  return {
    ok: true,
    passkey: passkeyOf(response, said, { ...made, isAttested: isVerified }),
    isUserVerified: said.flags.uv,
    mark: client.mark,
  };
}

interface Made {
  readonly ok: true;
  readonly credentialId: Bytes;
  readonly publicKey: Bytes;
  readonly algorithm: number;
  readonly aaguid: string;
}

/** The new passkey within the authenticator data: its id, its key and its model (WebAuthn §6.5.1). */
function readMade(
  { id, rawId, clientExtensionResults }: RegistrationResponse,
  { credentialID, credentialPublicKey, aaguid, extensionsData }: AuthenticatorData,
): Made | RefusedPasskey {
  if (!credentialID || !credentialPublicKey || !aaguid) return refused('malformed');
  if (credentialID.length === 0 || credentialID.length > longestCredentialId) return refused('credential-id');
  if (id !== rawId || id !== base64url(credentialID)) return refused('credential-id');
  const algorithm = algorithmOf(credentialPublicKey);
  if (algorithm === null) return refused('algorithm');
  const extensions = { client: clientExtensionResults, authenticator: extensionsData };
  if (!areSolicited(extensions, asked)) return refused('extension');
  const made = { credentialId: credentialID, publicKey: credentialPublicKey, algorithm };
  return { ok: true, ...made, aaguid: uuidOf(aaguid) };
}

function passkeyOf(
  { response }: RegistrationResponse,
  { counter, flags }: AuthenticatorData,
  { credentialId, publicKey, algorithm, aaguid, isAttested }: Made & { isAttested: boolean },
): NewPasskey {
  return {
    credentialId,
    publicKey,
    algorithm,
    signCount: counter,
    isBackupEligible: flags.be,
    isBackedUp: flags.bs,
    isAttested,
    aaguid,
    transports: [...new Set(response.transports)],
  };
}

/** The library's own look at the whole, with the signature of the statement. */
async function isStatementRight(
  { id, rawId, type, response }: RegistrationResponse,
  { relyingParty, policy }: RegistrationExpectation,
  { said, attestationObject }: { said: string; attestationObject: string },
): Promise<boolean> {
  try {
    const { verified } = await verifyRegistrationResponse({
      response: {
        id,
        rawId,
        type,
        response: { clientDataJSON: response.clientDataJSON, attestationObject },
        clientExtensionResults: {},
      },
      expectedChallenge: said,
      expectedOrigin: [...relyingParty.origins],
      expectedRPID: relyingParty.rpId,
      requireUserVerification: policy.userVerification === 'required',
      supportedAlgorithmIDs: [...offeredAlgorithms],
    });
    return verified;
  } catch {
    // The library throws for every statement that does not hold; whoever sent it made it so.
    return false;
  }
}

function uuidOf(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
