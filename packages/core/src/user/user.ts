import type { Instant, TenantId, UserId, UserStatus } from '@argus/contract';

/** A person with an account in one tenant. */
export interface User {
  readonly id: UserId;
  readonly tenant: TenantId;
  /** Canonical form, see `canonicalEmail`. */
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  /** As the tenant divides its people; policy may speak of them, tokens do not. */
  readonly groups: readonly string[];
  readonly status: UserStatus;
  readonly createdAt: Instant;
  /** When mail was seen to arrive at the address; null: never. */
  readonly emailVerifiedAt: Instant | null;
}

export type LinkKind =
  | 'first-administrator'
  | 'invitation'
  /** Shows that mail arrives: at the account's address, or at the one that is to become it. */
  | 'verify-email'
  | 'change-email'
  | 'reset-password'
  /** Takes back what was changed in the account since. */
  | 'undo-changes'
  | 'stop-recovery';

/** What a link needs to know beside whom it is for. */
export interface LinkDetails {
  /** The address that is proved by it. */
  readonly email?: string | undefined;
  /** What is undone is what happened at this instant or after. */
  readonly since?: Instant | undefined;
  /** The address that comes back. */
  readonly previousEmail?: string | undefined;
  /** Of an invitation, who asked: `operator` or `administrator:<id>`. */
  readonly invitedBy?: string | undefined;
}

/** A one-time link; its secret is kept only as a SHA-256 hash. */
export interface Link {
  readonly id: string;
  readonly tokenHash: Uint8Array;
  readonly kind: LinkKind;
  readonly userId: UserId | null;
  readonly details: LinkDetails;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly consumedAt: Instant | null;
}

export function isUsableLink(link: Link | null, now: Instant): link is Link {
  return link !== null && link.consumedAt === null && now < link.expiresAt;
}
