import type { AuthenticatorKind, FeedPolicy } from '@argus/contract';

/** What an administrator may decide. Until policy documents exist every tenant has the `balanced` preset. */
export interface Policy {
  readonly session: SessionPolicy;
  readonly tokens: TokenPolicy;
  readonly authentication: AuthenticationPolicy;
  /** For those who follow what ends (see the feed in the contract). */
  readonly feed: FeedPolicy;
}

export interface AuthenticationPolicy {
  readonly factors: FactorPolicy;
  readonly password: PasswordPolicy;
  readonly passkey: PasskeyPolicy;
  readonly totp: TotpPolicy;
  readonly stepUp: {
    /** What is sensitive needs a proof that is at most this old. */
    readonly maxAgeSeconds: number;
    readonly for: readonly SensitiveOperation[];
  };
  readonly signUp: {
    readonly mode: 'open' | 'invite' | 'closed';
    /** Whether mail must have arrived before the first session, or may later. */
    readonly verifyEmail: 'before-session' | 'later';
  };
  readonly recovery: {
    /** How long the owner can stop a recovery that an administrator started. */
    readonly delaySeconds: number;
  };
  /** Other sessions when an authenticator or the address changes: ended at once, or on offer. */
  readonly otherSessionsOnChange: 'end' | 'offer';
}

/** What takes a fresh proof of the strongest that a person has, where policy names it. Passwords are authenticators. */
export type SensitiveOperation = 'change-authenticators' | 'change-email' | 'admin';

export interface FactorPolicy {
  /** How many every sign-in takes; with 1, people who set up a second one are asked for it all the same. */
  readonly required: 1 | 2;
  /** A passkey must be among them: codes can be typed into a page that only looks like this one. */
  readonly isPhishingResistant: boolean;
  readonly methods: readonly AuthenticatorKind[];
  /** How long a device may be spared the second factor where only one is required; 0 never. */
  readonly rememberDeviceSeconds: number;
}

export interface PasskeyPolicy {
  readonly userVerification: 'preferred' | 'required';
  /** `verified`: only models whose attestation is proved by the installed metadata. */
  readonly attestation: 'none' | 'verified';
  /** Models that may be registered; null: all. */
  readonly aaguids: readonly string[] | null;
}

export interface TotpPolicy {
  /** Steps of 30 seconds before and after the authenticator's own time that are taken. */
  readonly driftSteps: 0 | 1;
}

export interface SessionPolicy {
  /** A session ends this long after the last activity. */
  readonly idleSeconds: number;
  /** A session ends this long after it began, whatever happens. */
  readonly absoluteSeconds: number;
  readonly concurrent: {
    readonly max: number;
    /** Who gives way to one more: the least recently active, whichever the person picks, or the newcomer. */
    readonly onLimit: 'least-recently-active' | 'ask' | 'deny';
  };
}

export interface TokenPolicy {
  readonly accessSeconds: number;
  readonly refresh: {
    /** How long after a rotation the caller who may have lost the answer can ask again; 0 never. */
    readonly retryWindowSeconds: number;
  };
}

export interface PasswordPolicy {
  /** Code points. */
  readonly minLength: number;
  readonly maxLength: number;
}
