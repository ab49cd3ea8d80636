/** Why a passkey was not accepted, for the audit log; whoever showed it is told `passkey_refused` and no more. */
export const passkeyRefusals = {
  malformed: 'The answer is not what WebAuthn describes.',
  type: 'The answer belongs to another ceremony.',
  challenge: 'The challenge was not made here for this, or it is too old.',
  origin: 'The ceremony happened on a page of another origin.',
  'cross-origin': 'The ceremony happened in a frame of a page that is not named.',
  'rp-id': 'The passkey belongs to another relying party.',
  'user-presence': 'Nobody touched the authenticator.',
  'user-verification': 'The authenticator did not check who holds it, and policy asks for that.',
  'backup-state': 'The passkey says that it is backed up and that it cannot be.',
  'backup-eligibility':
    'The passkey may leave its device and may not here, or this changed since it was registered.',
  'credential-id': 'The id is another one than the passkey’s, or is longer than 1,023 bytes.',
  'user-handle': 'The passkey belongs to another user.',
  algorithm: 'The key is of an algorithm that was not offered, or no key at all.',
  extension: 'The answer holds an extension that nobody asked for.',
  model: 'The authenticator is of a model that policy does not name.',
  attestation: 'The model of the authenticator is not proved, or it is known to be broken.',
  signature: 'The signature does not fit the passkey’s key.',
  counter: 'The counter did not grow: the passkey may have been copied.',
} as const;

export type PasskeyRefusal = keyof typeof passkeyRefusals;

export interface RefusedPasskey {
  readonly ok: false;
  readonly reason: PasskeyRefusal;
}

export function refused(reason: PasskeyRefusal): RefusedPasskey {
  return { ok: false, reason };
}
