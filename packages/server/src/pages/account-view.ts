import type { AuthenticatorAnswer, ListedSession, RefusalCode } from '@argus/contract';
import type { AskingClient, ShownScope } from './asked-access.ts';
import type { NewPasswordRule } from './new-password.ts';
import type { KnownPasskeys } from './passkey-form.ts';
import type { ShownProvider } from './provider-buttons.ts';

export type AccountNotice =
  | 'session-ended'
  | 'others-ended'
  | 'password-changed'
  | 'application-withdrawn'
  | 'provider-connected'
  | 'provider-disconnected'
  | 'passkey-added'
  | 'passkey-removed'
  | 'authenticator-renamed'
  | 'totp-added'
  | 'totp-removed'
  | 'codes-kept'
  | 'email-verified'
  | 'email-changed'
  | 'verification-sent'
  | 'email-change-sent';

export type CurrentSession = ListedSession & {
  readonly limitedBy: string;
  readonly idleExpiresAt: string;
  readonly absoluteExpiresAt: string;
};

export interface SecurityEvent {
  readonly time: string;
  readonly type: string;
  readonly sentence: string;
  readonly ip: string | null;
}

/** An application that the person has let in. */
export interface AllowedApplication {
  readonly client: AskingClient;
  readonly scopes: readonly ShownScope[];
  /** RFC 3339. */
  readonly since: string;
  /** Null: until it is withdrawn. */
  readonly until: string | null;
}

/** Who the person is at another provider. */
export interface ConnectedIdentity {
  readonly issuer: string;
  readonly subject: string;
  readonly providerName: string;
  /** As the provider told it last. */
  readonly email: string | null;
  readonly linkedAt: string;
  readonly lastUsedAt: string;
  /** Without it the person could not sign in any more, so it cannot be disconnected. */
  readonly isOnlyWay: boolean;
}

/** What the account page shows. */
export interface AccountView {
  readonly formToken: string;
  readonly user: {
    readonly email: string;
    readonly name: string | null;
    readonly roles: readonly string[];
  };
  readonly current: CurrentSession;
  /** One page of live sessions; the current one is left out of the list. */
  readonly sessions: readonly ListedSession[];
  /** Opens the next page of `sessions` as `/account?cursor=…`. */
  readonly nextCursor: string | null;
  /** Left out together with its section when undefined. */
  readonly applications?: readonly AllowedApplication[] | undefined;
  /** Opens the next page of `applications` as `/account?applications=…`. */
  readonly nextApplications?: string | null | undefined;
  readonly identities?: readonly ConnectedIdentity[] | undefined;
  /** Providers that can be connected; the section is left out when there is none and no identity either. */
  readonly providers?: readonly ShownProvider[] | undefined;
  /** False for a person who only ever came through a provider. */
  readonly hasPassword?: boolean | undefined;
  /** What the person can sign in with; the section is left out when undefined. */
  readonly authenticators?: readonly AuthenticatorAnswer[] | undefined;
  /** For the browser's list of passkeys. */
  readonly knownPasskeys?: KnownPasskeys | undefined;
  /** Whether the address is proved; the section about it is left out when undefined. */
  readonly isEmailVerified?: boolean | undefined;
  readonly history: readonly ListedSession[];
  readonly events: readonly SecurityEvent[];
  readonly notice?: AccountNotice | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly rule: NewPasswordRule;
  /** RFC 3339; what "3 minutes ago" is counted from. */
  readonly now: string;
}
