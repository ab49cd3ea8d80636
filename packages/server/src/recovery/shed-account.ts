import type { Instant } from '@argus/contract';
import type { Change, LinkKind, User } from '@argus/core';
import type { Ender } from '../flows/end-sessions.ts';

/** What went to the account, and not to whoever owns the address. */
const theirLinks: readonly LinkKind[] = [
  'reset-password',
  'change-email',
  'verify-email',
  'undo-changes',
  'stop-recovery',
  'invitation',
];

/**
 * Somebody proved that they read mail at an address, and whoever set the account up never did, so they need not own it:
 * nothing of theirs stays (pre-hijacking: an unverified address inherits nothing). No session, no factor, no provider,
 * no consent, no name and no device that is known. The password is for the caller to replace.
 */
export function shedAccount(
  { id: userId, email }: Pick<User, 'id' | 'email'>,
  { actor, origin, at }: Pick<Ender, 'actor' | 'origin'> & { readonly at: Instant },
): Change[] {
  return [
    { kind: 'shed-account', userId },
    { kind: 'end-sessions-of-user', userId, reason: 'account-recovered', at, by: { actor, origin } },
    { kind: 'remove-authenticators-since', userId, since: 0 },
    { kind: 'forget-devices', userId },
    // Nor do tries at a password that goes lock out whoever sets the next one.
    { kind: 'forget-password-tries', userId, isKnownDevice: null },
    { kind: 'end-links', userId, kinds: theirLinks, at },
    { kind: 'verify-email', userId, email, at },
  ];
}
