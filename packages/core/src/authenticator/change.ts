import type { AuthenticatorId, DeviceId, Instant, UserId } from '@argus/contract';
import type { SignInProgress } from '../sign-in/progress.ts';
import type { Passkey, RecoveryCodeSet, Totp } from './authenticator.ts';
import type { GuessLimit } from './guesses.ts';
import type { Recovery } from './recovery.ts';

/** What may be written about authenticators and about sign-ins on their way; part of `Change`. */
export type AuthenticatorChange =
  /** Expects its credential id to be nobody's in this tenant, and fewer than `most` of this user. */
  | { readonly kind: 'add-passkey'; readonly passkey: Passkey; readonly most: number }
  /** Expects the counter to be the one that was compared. */
  | {
      readonly kind: 'use-passkey';
      readonly userId: UserId;
      readonly id: AuthenticatorId;
      readonly fromSignCount: number;
      readonly signCount: number;
      /** Counts where it is not known yet. */
      readonly isBackupEligible: boolean;
      readonly isBackedUp: boolean;
      readonly at: Instant;
    }
  /** Expects the user to have none, or this one that is replaced. */
  | { readonly kind: 'add-totp'; readonly totp: Totp; readonly replaces: AuthenticatorId | null }
  /** Expects its newest step to be an earlier one: a code counts once. */
  | {
      readonly kind: 'use-totp';
      readonly userId: UserId;
      readonly id: AuthenticatorId;
      readonly step: number;
      readonly offsetSteps: number;
      readonly at: Instant;
    }
  /** Expects it to be this user's passkey or TOTP. */
  | {
      readonly kind: 'rename-authenticator';
      readonly userId: UserId;
      readonly id: AuthenticatorId;
      readonly name: string;
    }
  /** Expects it to be this user's passkey or TOTP, and something to be left to sign in with. */
  | {
      readonly kind: 'remove-authenticator';
      readonly userId: UserId;
      readonly id: AuthenticatorId;
      /** Expects another passkey or TOTP to be left, too. */
      readonly leavesFactor?: boolean;
    }
  | { readonly kind: 'replace-recovery-codes'; readonly set: RecoveryCodeSet }
  /** Expects it to be unused. */
  | {
      readonly kind: 'use-recovery-code';
      readonly userId: UserId;
      readonly hash: Uint8Array;
      readonly at: Instant;
    }
  | { readonly kind: 'remove-recovery-codes'; readonly userId: UserId }
  /** Removes the passkeys, TOTP, recovery codes and identities made at this instant or after; expects nothing. */
  | { readonly kind: 'remove-authenticators-since'; readonly userId: UserId; readonly since: Instant }
  /** Removes all second factors; expects nothing. */
  | { readonly kind: 'remove-second-factors'; readonly userId: UserId }
  /** The password opens nothing any more, if it is as new as that; expects nothing. */
  | { readonly kind: 'close-password'; readonly userId: UserId; readonly since: Instant }
  /** Counts one more; expects the limit not to be reached. Taken before the guess is looked at. */
  | {
      readonly kind: 'take-guess';
      readonly use: GuessUse;
      readonly userId: UserId;
      /** Counted apart, so that strangers cannot use up what is the owner's. */
      readonly isKnownDevice: boolean;
      readonly limit: GuessLimit;
      readonly at: Instant;
    }
  /** After a right one those that were counted with it; all of them when what was guessed at is another thing now. */
  | {
      readonly kind: 'forget-guesses';
      readonly userId: UserId;
      readonly use: GuessUse;
      readonly isKnownDevice: boolean | null;
    }
  /** The passwords that were tried count no more: those of known devices, of strangers, or of both; expects nothing. */
  | {
      readonly kind: 'forget-password-tries';
      readonly userId: UserId;
      readonly isKnownDevice: boolean | null;
    }
  /** Expects no lock by wrong passwords to be in force there; writes nothing. */
  | {
      readonly kind: 'expect-unlocked';
      readonly userId: UserId;
      readonly isKnownDevice: boolean;
      readonly at: Instant;
    }
  | {
      readonly kind: 'remember-device';
      readonly userId: UserId;
      readonly deviceId: DeviceId;
      readonly until: Instant;
    }
  | { readonly kind: 'forget-devices'; readonly userId: UserId }
  /** Expects the attempt to be new, and the user active. */
  | { readonly kind: 'begin-sign-in'; readonly progress: SignInProgress }
  /** Uses a sign-in up; expects it to be there and this user's. */
  | { readonly kind: 'finish-sign-in'; readonly attemptHash: Uint8Array; readonly userId: UserId }
  /** Expects the user to have none under way. */
  | { readonly kind: 'start-recovery'; readonly recovery: Recovery }
  /** Expects one under way. */
  | { readonly kind: 'cancel-recovery'; readonly userId: UserId }
  /** Expects one whose time has come. */
  | { readonly kind: 'complete-recovery'; readonly userId: UserId; readonly at: Instant };

/** What is guessed at. */
export type GuessUse = 'totp' | 'recovery-code';
