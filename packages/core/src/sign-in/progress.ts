import type { Instant, ProviderId, UserId } from '@argus/contract';
import type { Proofs } from '../session/assurance.ts';

/** A sign-in between its first proof and its session. It is found by the attempt cookie's hash, and is no session. */
export interface SignInProgress {
  /** SHA-256 of the attempt cookie. */
  readonly attemptHash: Uint8Array;
  readonly userId: UserId;
  readonly proofs: Proofs;
  /** SHA-256 of the stored password that was proved, which must be the same still at the end; null without one. */
  readonly passwordMark: Uint8Array | null;
  /** What came along: who said so elsewhere. */
  readonly details: ProgressDetails;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

export interface ProgressDetails {
  /** The application that the sign-in is for. */
  readonly clientId?: string | undefined;
  /** The person wants to stay signed in: the second pair of limits, where policy has one. */
  readonly staySignedIn?: boolean | undefined;
  /** Spare this device the second factor from now on. */
  readonly rememberDevice?: boolean | undefined;
  /** An identity elsewhere that was proved before, to be connected with the account at the end. */
  readonly link?: PendingIdentity | undefined;
  /** The session at another provider that this sign-in came from. */
  readonly upstream?:
    | {
        readonly providerId: ProviderId;
        readonly issuer: string;
        readonly subject: string;
        readonly sid: string | null;
      }
    | undefined;
}

export interface PendingIdentity {
  readonly providerId: ProviderId;
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | null;
  /** Names the proof, which counts once. */
  readonly id: string;
  readonly at: Instant;
}

/** Between two proofs of one sign-in. */
export const progressLifeMs = 10 * 60_000;
