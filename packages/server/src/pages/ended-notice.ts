import type { EndReason } from '@argus/contract';

const plain = 'Your session has ended. Sign in again to go on.';

/** What whoever held the session would not guess; nothing is said of people who are not to come back. */
const reasons: Readonly<Partial<Record<EndReason, string>>> = {
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
};

/** Told on the sign-in page to whoever came with a session that is over. */
export function endedNotice(reason: EndReason | undefined): string {
  return (reason && reasons[reason]) ?? plain;
}
