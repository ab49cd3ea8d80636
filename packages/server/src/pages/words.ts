import type { AuthenticationMethod, EndReason, ListedSession } from '@argus/contract';
import type { Tone, Wording } from './event-words.ts';

export { sentenceOf, toneOfEvent } from './event-words.ts';

const endReasonWords: Readonly<Record<EndReason, Wording>> = {
  'signed-out': { sentence: 'You signed out.', tone: 'quiet' },
  'ended-by-user': { sentence: 'You ended it from your account.', tone: 'quiet' },
  'ended-by-administrator': { sentence: 'Ended by an administrator.', tone: 'notable' },
  'refresh-reuse': {
    sentence: 'Ended because a copy of this session’s token was used.',
    tone: 'alarming',
  },
  'device-changed': {
    sentence: 'Ended because its token turned up on a different device.',
    tone: 'alarming',
  },
  'idle-expired': { sentence: 'Ended after a time without activity.', tone: 'quiet' },
  'absolute-expired': { sentence: 'Ended because it had reached its longest allowed time.', tone: 'quiet' },
  'password-changed': { sentence: 'Ended because the password was changed.', tone: 'quiet' },
  'user-disabled': { sentence: 'Ended because the account was disabled.', tone: 'notable' },
  'user-erased': { sentence: 'Ended because the account was erased.', tone: 'notable' },
  'session-limit': { sentence: 'Ended to make room for a newer session.', tone: 'quiet' },
  replaced: { sentence: 'Replaced by a newer sign-in in the same browser.', tone: 'quiet' },
  'stepped-up': { sentence: 'Renewed when you confirmed that it is you.', tone: 'quiet' },
  'code-replayed': { sentence: 'Ended because a sign-in code was used a second time.', tone: 'alarming' },
  'token-revoked': { sentence: 'Ended by the application itself.', tone: 'quiet' },
  'consent-withdrawn': { sentence: 'Ended because you withdrew an application’s access.', tone: 'quiet' },
  'client-disabled': { sentence: 'Ended because the application was switched off.', tone: 'notable' },
  'client-removed': { sentence: 'Ended because the application was removed.', tone: 'notable' },
  'email-changed': { sentence: 'Ended because the e-mail address was changed.', tone: 'quiet' },
  'authenticators-changed': {
    sentence: 'Ended because a way to sign in was changed.',
    tone: 'quiet',
  },
  'changes-undone': { sentence: 'Ended because changes to the account were taken back.', tone: 'notable' },
  'account-recovered': { sentence: 'Ended because the account was recovered.', tone: 'notable' },
  'tenant-suspended': { sentence: 'Ended because all access here was suspended.', tone: 'notable' },
  'policy-changed': {
    sentence: 'Ended because the rules for how long sessions last here became stricter.',
    tone: 'notable',
  },
  'signed-out-at-provider': {
    sentence: 'Ended because you signed out at the provider you had come from.',
    tone: 'quiet',
  },
};

const methodWords: Readonly<Record<AuthenticationMethod, string>> = {
  pwd: 'password',
  otp: 'one-time code',
  hwk: 'security key',
  swk: 'passkey',
  user: 'a check that someone was there',
  mfa: 'more than one proof',
  fed: 'another provider',
  rec: 'recovery code',
};
// RFC 8176 §2: they tell of the other methods together, and nothing new beside one that is named.
const summaries: ReadonlySet<AuthenticationMethod> = new Set(['user', 'mfa']);
const listFormat = new Intl.ListFormat('en-GB', { type: 'conjunction' });

/** Why a session ended, said to its owner. */
export function endReasonSentence(reason: EndReason): string {
  return endReasonWords[reason].sentence;
}

/** How much the end of a session should draw the eye. */
export function toneOfEnd(reason: EndReason): Tone {
  return endReasonWords[reason].tone;
}

/** "Chrome on Windows": the device's own name, else what its browser claims to be. */
export function deviceWords(device: ListedSession['device']): string {
  if (device.name) return device.name;
  if (device.browser && device.os) return `${device.browser} on ${device.os}`;
  return device.browser || device.os || 'Unknown device';
}

/** "password", "one-time code and security key", or "another provider (password)". */
export function methodsWords(methods: readonly AuthenticationMethod[]): string {
  const telling = methods.filter((method) => method !== 'fed' && !summaries.has(method));
  const named = telling.length > 0 ? telling : methods.filter((method) => method !== 'fed').slice(0, 1);
  const proofs = listFormat.format(named.map((method) => methodWords[method]));
  if (!methods.includes('fed')) return proofs;
  return proofs ? `${methodWords.fed} (${proofs})` : methodWords.fed;
}
