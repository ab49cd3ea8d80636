import type { ListedSession, RefusalCode } from '@argus/contract';

export type AccountNotice = 'session-ended' | 'others-ended' | 'password-changed';

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
  readonly history: readonly ListedSession[];
  readonly events: readonly SecurityEvent[];
  readonly notice?: AccountNotice | undefined;
  readonly refusal?: RefusalCode | undefined;
  /** Shortest password that policy takes, in characters. */
  readonly minLength: number;
  /** RFC 3339; what "3 minutes ago" is counted from. */
  readonly now: string;
}
