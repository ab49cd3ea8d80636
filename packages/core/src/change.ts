import type {
  AssuranceLevel,
  AuthenticationMethod,
  ClientId,
  DeviceClass,
  DeviceId,
  EndReason,
  GrantId,
  Instant,
  RiskLevel,
  SessionId,
  SettableStatus,
  UserId,
} from '@argus/contract';
import type { Origin } from './audit/event.ts';
import type { AuthenticatorChange } from './authenticator/change.ts';
import type { Device } from './device/device.ts';
import type { FederationChange } from './federation/change.ts';
import type { ImportChange } from './import/import.ts';
import type { Mail } from './mail/mail.ts';
import type { OAuthChange } from './oauth/change.ts';
import type { PolicyChange } from './policy/change.ts';
import type { ConcurrencyPolicy } from './policy/policy.ts';
import type { ServiceChange } from './service/service.ts';
import type { SessionLimitPath } from './session/concurrency.ts';
import type { Grant, Session } from './session/session.ts';
import type { TenantChange } from './tenant/tenant.ts';
import type { InvitationChange } from './user/invitation.ts';
import type { Link, LinkKind, User } from './user/user.ts';

/** On whose word a session ends. The commit itself tells the audit log of every session that it ended. */
export interface EndedBy {
  readonly actor: string;
  readonly origin?: Origin | undefined;
}

/**
 * Everything that may be written, as data. Each change states what it expects to find;
 * a commit whose expectation fails writes nothing and reports the change that lost.
 */
export type Change =
  | OAuthChange
  | FederationChange
  | AuthenticatorChange
  | ServiceChange
  | TenantChange
  | InvitationChange
  | ImportChange
  | PolicyChange
  /** Expects the address to be free. */
  | { readonly kind: 'create-user'; readonly user: User }
  /** Expects the stored password to be the one that was verified (`expected`), or none at all (`null`). */
  | {
      readonly kind: 'set-password';
      readonly userId: UserId;
      readonly phc: string;
      readonly expected: string | null;
      /** So many former ones are kept from now on, the replaced one among them; none if absent. */
      readonly history?: number;
      readonly at: Instant;
    }
  /** The same password under a new hash. Expects the stored one to be `expected`; when it was set stays as it was. */
  | {
      readonly kind: 'rehash-password';
      readonly userId: UserId;
      readonly phc: string;
      readonly expected: string;
    }
  /** Expects this very password to be stored still; writes nothing, holds it until the commit. */
  | { readonly kind: 'expect-password'; readonly userId: UserId; readonly phc: string }
  /** Expects somebody who is not being erased. Disabling expects the tenant to keep an owner, or an administrator where it has no owner. */
  | {
      readonly kind: 'set-user-status';
      readonly userId: UserId;
      readonly status: SettableStatus;
      /** From when on being unused is counted anew. */
      readonly at?: Instant;
    }
  /** Expects no session of this user to have been active after that; writes nothing. */
  | { readonly kind: 'expect-unused'; readonly userId: UserId; readonly since: Instant }
  /** Expects the tenant to keep an owner, or an administrator where it has no owner. */
  | { readonly kind: 'set-user-roles'; readonly userId: UserId; readonly roles: readonly string[] }
  /** Expects somebody who is not being erased, and the tenant to keep an owner; from now on they are nobody's account. */
  | {
      readonly kind: 'begin-user-erasure';
      readonly userId: UserId;
      /** Makes pseudonyms of ids, and is forgotten at the end. */
      readonly key: Uint8Array;
      readonly at: Instant;
    }
  | { readonly kind: 'set-user-groups'; readonly userId: UserId; readonly groups: readonly string[] }
  | { readonly kind: 'set-user-name'; readonly userId: UserId; readonly name: string | null }
  /** Expects this user, or the one of this session, to have none of the roles `beyond`, and whoever asks to have theirs still; holds the user. */
  | {
      readonly kind: 'expect-within-reach';
      readonly of: { readonly userId: UserId } | { readonly sessionId: SessionId };
      readonly beyond: readonly string[];
      readonly asker: { readonly userId: UserId; readonly roles: readonly string[] };
    }
  /** Expects an active user and holds the row first of all, so that everything about one person happens in turn. */
  | { readonly kind: 'hold-user'; readonly userId: UserId }
  /** Expects a live session of this user and holds it. */
  | { readonly kind: 'hold-session'; readonly userId: UserId; readonly sessionId: SessionId }
  /** Upsert by secret: the same browser is the same device. */
  | { readonly kind: 'see-device'; readonly device: Device; readonly at: Instant }
  /** Expects an active user, and the policy by which its limits were set to be in force still. */
  | {
      readonly kind: 'create-session';
      readonly session: Session;
      readonly policyVersion?: number | undefined;
      readonly methods: readonly AuthenticationMethod[];
      readonly authenticationIds: readonly string[];
    }
  /** Expects its session and user to be active and locks both (no grant is born under an ending session). */
  | { readonly kind: 'create-grant'; readonly grant: Grant }
  /** Expects an active session unless `orAlreadyEnded`; ends its grants too. */
  | {
      readonly kind: 'end-session';
      readonly sessionId: SessionId;
      readonly userId?: UserId;
      readonly reason: EndReason;
      readonly at: Instant;
      readonly by: EndedBy;
      readonly orAlreadyEnded?: boolean;
      /** Expects its limits to have passed, too. */
      readonly ifExpired?: boolean;
    }
  /** Ends every live session of a user but `except`; expects nothing. */
  | {
      readonly kind: 'end-sessions-of-user';
      readonly userId: UserId;
      readonly except?: SessionId;
      readonly reason: EndReason;
      readonly at: Instant;
      readonly by: EndedBy;
    }
  /**
   * Expects room for this new session, or ends who gives way to it, as policy says of what lives then (`decideRoom`).
   * Its user is held before it, so that sign-ins at one moment are counted one after the other.
   */
  | {
      readonly kind: 'make-room';
      readonly userId: UserId;
      readonly sessionId: SessionId;
      readonly deviceClass: DeviceClass;
      /** The session that the person chose to end for it. */
      readonly chosen?: SessionId | undefined;
      readonly policy: ConcurrencyPolicy;
      /** Which rule set each limit, in words for the audit log. */
      readonly rules: Readonly<Partial<Record<SessionLimitPath, string>>>;
      /** Sent to the person when a session ends for it. */
      readonly notice?: Mail | undefined;
      readonly at: Instant;
      readonly by: EndedBy;
    }
  /** Expects an active grant unless `orAlreadyEnded`. */
  | {
      readonly kind: 'end-grant';
      readonly grantId: GrantId;
      readonly reason: EndReason;
      readonly at: Instant;
      readonly orAlreadyEnded?: boolean;
    }
  /** Ends every grant of a client, of one user when named; expects nothing. */
  | {
      readonly kind: 'end-grants-of-client';
      readonly clientId: ClientId;
      readonly userId?: UserId;
      readonly reason: EndReason;
      readonly at: Instant;
    }
  /** Keeps a grant that does not rotate alive (FAPI 2.0): expects it, its session and its user to be live. */
  | { readonly kind: 'renew-grant'; readonly renewal: Omit<Rotation, 'tenant' | 'eventId'> }
  /** Expects an active session of an active user: what was proved now counts for it. */
  | {
      readonly kind: 'raise-session';
      readonly sessionId: SessionId;
      readonly userId: UserId;
      readonly amr: readonly AuthenticationMethod[];
      readonly acr: AssuranceLevel;
      readonly authenticatedAt: Instant;
      readonly methods: readonly AuthenticationMethod[];
      readonly authenticationIds: readonly string[];
    }
  /** Expects its user to exist; with `orNobody` it writes nothing for one who does not, with the same work. */
  | { readonly kind: 'create-link'; readonly link: Link; readonly orNobody?: true }
  /** What these links could do they can do no more; expects nothing. */
  | {
      readonly kind: 'end-links';
      readonly userId: UserId;
      readonly kinds: readonly LinkKind[];
      /** Only those that were made at this instant or after. */
      readonly since?: Instant;
      readonly at: Instant;
    }
  /** Expects the user to have this very address still. */
  | {
      readonly kind: 'verify-email';
      readonly userId: UserId;
      readonly email: string;
      readonly at: Instant;
    }
  /** Expects the user to have the address `from`, and nobody `to`; mail was seen to arrive there. */
  | {
      readonly kind: 'change-email';
      readonly userId: UserId;
      readonly from: string;
      readonly to: string;
      readonly at: Instant;
    }
  /** Expects the link to be unused and not expired. */
  | { readonly kind: 'use-link'; readonly tokenHash: Uint8Array; readonly at: Instant }
  /** Leaves nothing where too many of this kind wait for this user already; expects nothing. */
  | { readonly kind: 'send-mail'; readonly mail: Mail }
  /** Expects the mail to be due as it was taken (`attempts`). */
  | {
      readonly kind: 'settle-mail';
      readonly id: string;
      readonly attempts: number;
      /** When to try again; null: sent, or given up. */
      readonly dueAt: Instant | null;
    }
  /** Expects no owner or administrator to exist yet, serialised over the tenant. */
  | { readonly kind: 'be-first-administrator'; readonly userId: UserId }
  /** Expects a session that is live; its policy is asked for anew from then on. */
  | { readonly kind: 'set-session-risk'; readonly sessionId: SessionId; readonly riskLevel: RiskLevel };

/** The guarded rotation of the hot path; kept apart because the store coalesces it. */
export interface Rotation {
  readonly tenant: string;
  readonly grantId: GrantId;
  readonly sessionId: SessionId;
  readonly fromGeneration: number;
  readonly policyVersion: number;
  readonly at: Instant;
  /** End of the new refresh token. */
  readonly expiresAt: Instant;
  readonly lastActiveAt: Instant;
  readonly idleExpiresAt: Instant;
  readonly ip: string;
  readonly userAgent: string | null;
  /** Id of the audit event that the same statement writes. */
  readonly eventId: string;
  readonly userId: UserId;
  readonly deviceId: DeviceId;
}
