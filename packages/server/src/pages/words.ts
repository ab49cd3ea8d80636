import type { AuditEventType, AuthenticationMethod, EndReason, ListedSession } from '@argus/contract';

/** How much a line should draw the eye. */
export type Tone = 'quiet' | 'notable' | 'alarming';

interface Wording {
  readonly sentence: string;
  readonly tone: Tone;
}

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
  'session-limit': { sentence: 'Ended to make room for a newer session.', tone: 'quiet' },
  replaced: { sentence: 'Replaced by a newer sign-in in the same browser.', tone: 'quiet' },
};

const eventWords: Readonly<Record<AuditEventType, Wording>> = {
  'user.created': { sentence: 'Your account was created.', tone: 'quiet' },
  'user.sign-up-repeated': {
    sentence: 'Someone tried to create an account with your e-mail address.',
    tone: 'notable',
  },
  'user.disabled': { sentence: 'Your account was disabled.', tone: 'notable' },
  'user.enabled': { sentence: 'Your account was enabled again.', tone: 'notable' },
  'user.name-changed': { sentence: 'The name on your account was changed.', tone: 'notable' },
  'user.roles-changed': { sentence: 'What you are allowed to do was changed.', tone: 'notable' },
  'user.password-changed': { sentence: 'Your password was changed.', tone: 'notable' },
  'user.password-change-refused': {
    sentence: 'A change of your password was refused.',
    tone: 'notable',
  },
  'user.link-issued': { sentence: 'A one-time link to your account was made.', tone: 'quiet' },
  'user.link-used': { sentence: 'A one-time link to your account was used.', tone: 'quiet' },
  'sign-in.succeeded': { sentence: 'You signed in.', tone: 'quiet' },
  'sign-in.refused': { sentence: 'A sign-in to your account was refused.', tone: 'notable' },
  'tries.slowed': {
    sentence: 'Someone tried too often to get into your account and was held back.',
    tone: 'notable',
  },
  'session.refreshed': { sentence: 'A session of yours was renewed.', tone: 'quiet' },
  'session.refresh-repeated': {
    sentence: 'A renewal was repeated because its first answer was lost on the way.',
    tone: 'quiet',
  },
  'session.refresh-refused': { sentence: 'The renewal of a session was refused.', tone: 'notable' },
  'session.reuse-detected': {
    sentence: 'A copy of your session’s token was used, so the session was ended.',
    tone: 'alarming',
  },
  'session.ended': { sentence: 'A session of yours ended.', tone: 'quiet' },
  'device.seen-first': { sentence: 'You signed in on a device for the first time.', tone: 'notable' },
  'key.created': { sentence: 'A signing key was created.', tone: 'quiet' },
  'key.removed': { sentence: 'A signing key was removed.', tone: 'quiet' },
  'configuration.applied': { sentence: 'The configuration was changed.', tone: 'quiet' },
};

const methodWords: Readonly<Record<AuthenticationMethod, string>> = { pwd: 'password' };

/** What happened, said to the person whose account it is. */
export function sentenceOf(type: AuditEventType): string {
  return eventWords[type].sentence;
}

/** How much an event should draw the eye; a type this version does not know is quiet. */
export function toneOfEvent(type: string): Tone {
  return isEventType(type) ? eventWords[type].tone : 'quiet';
}

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

/** "password" or "password and passkey". */
export function methodsWords(methods: readonly AuthenticationMethod[]): string {
  return methods.map((method) => methodWords[method]).join(' and ');
}

function isEventType(type: string): type is AuditEventType {
  return Object.hasOwn(eventWords, type);
}
