import type { Instant, TenantId, UserId, UserStatus } from '@argus/contract';

/** A person with an account in one tenant. */
export interface User {
  readonly id: UserId;
  readonly tenant: TenantId;
  /** Canonical form, see `canonicalEmail`. */
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly status: UserStatus;
  readonly createdAt: Instant;
}

export type LinkKind = 'first-administrator' | 'invitation';

/** A one-time link; its secret is kept only as a SHA-256 hash. */
export interface Link {
  readonly id: string;
  readonly tokenHash: Uint8Array;
  readonly kind: LinkKind;
  readonly userId: UserId | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  readonly consumedAt: Instant | null;
}

export function isUsableLink(link: Link | null, now: Instant): link is Link {
  return link !== null && link.consumedAt === null && now < link.expiresAt;
}
