import type { Instant, UserId } from '@argus/contract';

/** Somebody was asked to come. Nobody's account until they do, by a link that went to their address alone. */
export interface Invitation {
  readonly id: string;
  /** Who they become. */
  readonly userId: UserId;
  /** SHA-256 of the link's secret; each time it is sent, it is another one. */
  readonly tokenHash: Uint8Array;
  /** Canonical. */
  readonly email: string;
  readonly name: string | null;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Who asked: `operator` or `administrator:<id>`. */
  readonly invitedBy: string;
  readonly createdAt: Instant;
  readonly sentAt: Instant;
  readonly expiresAt: Instant;
}

export type InvitationChange =
  /** Expects that nobody else is invited by this address, and nobody there whose address is confirmed. */
  | { readonly kind: 'invite'; readonly invitation: Invitation }
  /** Expects it to be open; the link that was sent before opens nothing any more. */
  | {
      readonly kind: 'renew-invitation';
      readonly id: string;
      readonly tokenHash: Uint8Array;
      readonly at: Instant;
      readonly expiresAt: Instant;
    }
  /** Expects it to be there. */
  | { readonly kind: 'revoke-invitation'; readonly id: string }
  /** Expects this very link to be the newest, and not expired. */
  | { readonly kind: 'use-invitation'; readonly tokenHash: Uint8Array; readonly at: Instant }
  /**
   * Expects somebody at whose address no mail was ever seen to arrive: what they agreed to, began and called themselves
   * goes, and no browser is known.
   */
  | { readonly kind: 'shed-account'; readonly userId: UserId };

export function isOpen({ expiresAt }: Invitation, now: Instant): boolean {
  return now < expiresAt;
}
