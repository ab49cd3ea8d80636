import type { EndReason } from '@argus/contract';

const plain = 'Your session has ended. Sign in again to go on.';

/** Why, for whoever held the session; null where they know it, or are told in another place whether they may come back. */
const reasons: Readonly<Record<EndReason, string | null>> = {
  'session-limit':
    'Your session has ended to make room for a sign-in elsewhere: your account may be open in only so many places at once. If that was not you, sign in and change your password.',
  'idle-expired': 'Your session has ended after a time without activity. Sign in again to go on.',
  'absolute-expired':
    'Your session has ended because it had reached its longest allowed time. Sign in again to go on.',
  'ended-by-administrator': 'Your session was ended by an administrator. Sign in again to go on.',
  'ended-by-user': 'Your session was ended from your account. Sign in again to go on.',
  'password-changed': 'Your session has ended because the password was changed. Sign in with the new one.',
  'email-changed': 'Your session has ended because your e-mail address was changed. Sign in again to go on.',
  'authenticators-changed':
    'Your session has ended because a way to sign in was changed. Sign in again to go on.',
  'signed-out-at-provider':
    'Your session has ended because you signed out at the provider you had come from. Sign in again to go on.',
  'policy-changed':
    'Your session has ended because the rules for how long sessions last here became stricter. Sign in again to go on.',
  'refresh-reuse':
    'Your session has ended because a copy of it was used elsewhere. Sign in again, and change your password if you cannot tell why.',
  'device-changed':
    'Your session has ended because it turned up on a different device. Sign in again, and change your password if you cannot tell why.',
  'code-replayed':
    'Your session has ended because its sign-in code was used a second time. Sign in again to go on.',
  'changes-undone':
    'Your session has ended because changes to your account were taken back. Sign in again to go on.',
  'account-recovered': 'Your session has ended because the account was recovered. Sign in again to go on.',
  'client-disabled':
    'Your session has ended because the application was switched off. Sign in again to go on.',
  'client-removed': 'Your session has ended because the application was removed. Sign in again to go on.',
  'token-revoked': 'Your session has ended because the application ended it. Sign in again to go on.',
  'consent-withdrawn':
    'Your session has ended because an application’s access was withdrawn. Sign in again to go on.',
  'signed-out': null,
  replaced: null,
  'stepped-up': null,
  'user-disabled': null,
  'user-erased': null,
  'tenant-suspended': null,
};

/** Told on the sign-in page to whoever came with a session that is over. */
export function endedNotice(reason: EndReason | undefined): string {
  return (reason && reasons[reason]) ?? plain;
}
