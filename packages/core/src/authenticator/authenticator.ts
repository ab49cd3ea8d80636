import type { AuthenticatorId, Instant, UserId } from '@argus/contract';

/** A passkey as it is kept: a public key, and what is known of the thing that holds the private one. */
export interface Passkey {
  readonly id: AuthenticatorId;
  readonly userId: UserId;
  /** At most 1,023 bytes (WebAuthn §4). */
  readonly credentialId: Uint8Array;
  /** COSE_Key (RFC 9052 §7). */
  readonly publicKey: Uint8Array;
  /** COSE algorithm. */
  readonly algorithm: number;
  readonly signCount: number;
  readonly isBackupEligible: boolean;
  /** Another system kept no word of that: the first signature says. */
  readonly learnsBackup?: boolean;
  /** What it calls its user, where that was chosen by another system; ours follow from the user's id. */
  readonly foreignUserHandle?: Uint8Array | null;
  readonly isBackedUp: boolean;
  /** Its model's attestation held when it was registered. */
  readonly isAttested: boolean;
  /** Names the model; a UUID, all zeros when it does not say. */
  readonly aaguid: string;
  readonly transports: readonly string[];
  readonly name: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

/** A secret that an app makes codes from (RFC 6238). One person has at most one. */
export interface Totp {
  readonly id: AuthenticatorId;
  readonly userId: UserId;
  /** The shared secret, encrypted. */
  readonly sealedSecret: string;
  /** How many steps of 30 seconds its clock is ahead, as learnt from codes. */
  readonly offsetSteps: number;
  /** The step of the newest code that was taken: neither it nor an earlier one is taken again (RFC 6238 §5.2). */
  readonly lastStep: number;
  readonly name: string;
  readonly createdAt: Instant;
  readonly lastUsedAt: Instant | null;
}

/** Codes for whoever lost a factor; all are hashed with the salt of their set. */
export interface RecoveryCodeSet {
  readonly id: AuthenticatorId;
  readonly userId: UserId;
  readonly salt: Uint8Array;
  /** Those that are left. */
  readonly hashes: readonly Uint8Array[];
  readonly createdAt: Instant;
}

export const mostPasskeys = 20;

/** What a person has set up to prove who they are, as a sign-in needs to know it. */
export interface Enrolled {
  readonly hasPassword: boolean;
  readonly hasTotp: boolean;
  readonly passkeys: number;
  /** Codes that are left. */
  readonly recoveryCodes: number;
}

/** Something held, beside what is known. */
export function hasSecondFactor({ hasTotp, passkeys }: Pick<Enrolled, 'hasTotp' | 'passkeys'>): boolean {
  return hasTotp || passkeys > 0;
}
