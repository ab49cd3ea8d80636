import type {
  AuthenticatorKind,
  Binding,
  Composition,
  ContextReaction,
  DeviceClass,
  FeedPolicy,
  LockoutScope,
  OnLimit,
  SensitiveOperation,
  SigningAlgorithm,
} from '@argus/contract';

/** What holds for one person at one moment: the document of the tenant, resolved (see `resolve.ts`). */
export interface Policy {
  readonly session: SessionPolicy;
  readonly tokens: TokenPolicy;
  readonly authentication: AuthenticationPolicy;
  readonly accounts: {
    /** Accounts that nobody used for so long are disabled; null: never. */
    readonly disableIdleSeconds: number | null;
  };
  readonly clients: ClientPolicy;
  /** For those who follow what ends (see the feed in the contract). */
  readonly feed: FeedPolicy;
}

export interface ClientPolicy {
  /** Authorization requests only as pushed ones (RFC 9126). */
  readonly requirePar: boolean;
  /** Tokens only for a key that the client shows (RFC 9449). */
  readonly requireDpop: boolean;
  readonly confidentialOnly: boolean;
}

export interface AuthenticationPolicy {
  readonly factors: FactorPolicy;
  readonly password: PasswordPolicy;
  readonly lockout: LockoutPolicy;
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

export interface LockoutPolicy {
  /** So many wrong passwords in a row lock. */
  readonly failures: number;
  readonly seconds: number;
  readonly scope: LockoutScope;
  /** A device that the person used before is counted by itself. */
  readonly knownDeviceBypass: boolean;
}

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
  /** Whether passkeys that are copied between devices are taken. */
  readonly isBackupEligible: boolean;
  /** Models that may be registered; null: all. */
  readonly aaguids: readonly string[] | null;
}

export interface TotpPolicy {
  /** Steps of 30 seconds before and after the authenticator's own time that are taken. */
  readonly driftSteps: 0 | 1;
}

export interface SessionPolicy {
  /** A session ends this long after the last activity; null: only its absolute limit ends it. */
  readonly idleSeconds: number | null;
  /** A session ends this long after it began, whatever happens. */
  readonly absoluteSeconds: number;
  /** The limits of sessions whose person asked to stay signed in. */
  readonly rememberMe: {
    readonly isAllowed: boolean;
    readonly idleSeconds: number;
    readonly absoluteSeconds: number;
  };
  readonly concurrent: ConcurrencyPolicy;
  readonly binding: Binding;
  readonly onContextChange: {
    readonly country: ContextReaction;
    readonly asn: ContextReaction;
    readonly device: ContextReaction;
  };
}

export interface ConcurrencyPolicy {
  /** Null: as many as there are. */
  readonly max: number | null;
  readonly perDeviceClass: Readonly<Record<DeviceClass, number | null>>;
  /** Who gives way to one more. */
  readonly onLimit: OnLimit;
}

export interface TokenPolicy {
  readonly accessSeconds: number;
  /** Of authorization codes. */
  readonly codeSeconds: number;
  readonly refresh: {
    /** How long after a rotation the caller who may have lost the answer can ask again; 0 never. */
    readonly retryWindowSeconds: number;
  };
  readonly algorithm: SigningAlgorithm;
  readonly rsaBits: 2048 | 3072 | 4096;
}

export interface PasswordPolicy {
  /** Code points. */
  readonly minLength: number;
  /** Where a second factor stands beside it. */
  readonly minLengthWithSecondFactor: number;
  readonly maxLength: number;
  readonly usesBlocklist: boolean;
  readonly usesBreachCheck: boolean;
  /** How many former ones may not come back. */
  readonly history: number;
  readonly composition: Composition;
}
