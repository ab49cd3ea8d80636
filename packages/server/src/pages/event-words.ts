import type { AuditEventType } from '@argus/contract';

/** How much a line should draw the eye. */
export type Tone = 'quiet' | 'notable' | 'alarming';

export interface Wording {
  readonly sentence: string;
  readonly tone: Tone;
}

/** What happened, said to the person whose account it is. */
export function sentenceOf(type: AuditEventType): string {
  return eventWords[type].sentence;
}

/** How much an event should draw the eye; a type this version does not know is quiet. */
export function toneOfEvent(type: string): Tone {
  return isEventType(type) ? eventWords[type].tone : 'quiet';
}

function isEventType(type: string): type is AuditEventType {
  return Object.hasOwn(eventWords, type);
}

const eventWords: Readonly<Record<AuditEventType, Wording>> = {
  'user.created': { sentence: 'Your account was created.', tone: 'quiet' },
  'user.sign-up-repeated': {
    sentence: 'Someone tried to create an account with your e-mail address.',
    tone: 'notable',
  },
  'user.disabled': { sentence: 'Your account was disabled.', tone: 'notable' },
  'user.locked': {
    sentence: 'Too many wrong passwords: signing in by password was paused on devices that you never used.',
    tone: 'notable',
  },
  'user.unlocked': { sentence: 'An administrator let your password be tried again.', tone: 'notable' },
  'user.enabled': { sentence: 'Your account was enabled again.', tone: 'notable' },
  'user.name-changed': { sentence: 'The name on your account was changed.', tone: 'notable' },
  'user.roles-changed': { sentence: 'What you are allowed to do was changed.', tone: 'notable' },
  'user.groups-changed': { sentence: 'The groups that your account is in were changed.', tone: 'notable' },
  'administration.refused': {
    sentence: 'Something was tried in administration that your account may not do.',
    tone: 'notable',
  },
  'user.password-changed': { sentence: 'Your password was changed.', tone: 'notable' },
  'user.password-rehashed': { sentence: 'Your password is kept in a stronger form now.', tone: 'quiet' },
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
  'key.withdrawn': { sentence: 'A signing key was withdrawn at once.', tone: 'notable' },
  'configuration.applied': { sentence: 'The configuration was changed.', tone: 'quiet' },
  'session.stepped-up': { sentence: 'You confirmed that it is you.', tone: 'quiet' },
  'session.step-up-refused': { sentence: 'A try to confirm that it is you was refused.', tone: 'notable' },
  'client.created': { sentence: 'An application was added.', tone: 'quiet' },
  'client.changed': { sentence: 'The settings of an application were changed.', tone: 'quiet' },
  'client.disabled': { sentence: 'An application was switched off.', tone: 'notable' },
  'client.enabled': { sentence: 'An application was switched on again.', tone: 'notable' },
  'client.removed': { sentence: 'An application was removed.', tone: 'notable' },
  'client.secret-changed': { sentence: 'An application got a new secret.', tone: 'quiet' },
  'client.refused': { sentence: 'An application could not prove itself.', tone: 'notable' },
  'resource.declared': {
    sentence: 'A service that applications can reach was added or changed.',
    tone: 'quiet',
  },
  'resource.removed': { sentence: 'A service that applications could reach was removed.', tone: 'quiet' },
  'provider.declared': { sentence: 'A sign-in provider was added or changed.', tone: 'quiet' },
  'provider.removed': { sentence: 'A sign-in provider was removed.', tone: 'notable' },
  'service.declared': { sentence: 'A program that asks Argus was added or changed.', tone: 'quiet' },
  'service.disabled': { sentence: 'A program that asks Argus was switched off.', tone: 'notable' },
  'service.enabled': { sentence: 'A program that asks Argus was switched on again.', tone: 'notable' },
  'service.removed': { sentence: 'A program that asks Argus was removed.', tone: 'notable' },
  'service.key-added': { sentence: 'A program that asks Argus got another key.', tone: 'notable' },
  'service.key-removed': { sentence: 'A key of a program that asks Argus was removed.', tone: 'notable' },
  'service.refused': { sentence: 'A program that asked Argus was refused.', tone: 'notable' },
  'consent.given': { sentence: 'You allowed an application to act for you.', tone: 'notable' },
  'consent.refused': { sentence: 'You did not allow what an application asked for.', tone: 'quiet' },
  'consent.withdrawn': { sentence: 'You withdrew an application’s access.', tone: 'notable' },
  'authorization.granted': { sentence: 'You signed in to an application.', tone: 'quiet' },
  'authorization.refused': { sentence: 'A sign-in to an application was refused.', tone: 'notable' },
  'code.replayed': {
    sentence: 'A sign-in code was used a second time, so what it had opened was closed.',
    tone: 'alarming',
  },
  'grant.began': { sentence: 'An application received access to your account.', tone: 'quiet' },
  'grant.refused': { sentence: 'An application was refused access to your account.', tone: 'notable' },
  'grant.ended': { sentence: 'An application’s access to your account ended.', tone: 'quiet' },
  'token.exchanged': { sentence: 'A service called another service for you.', tone: 'quiet' },
  'token.revoked': { sentence: 'An application gave back its access.', tone: 'quiet' },
  'device.approved': { sentence: 'You signed in on another device with a code.', tone: 'notable' },
  'device.denied': { sentence: 'You refused to sign in another device.', tone: 'notable' },
  'identity.linked': { sentence: 'A provider was connected: you can sign in with it.', tone: 'notable' },
  'identity.unlinked': {
    sentence: 'A provider was disconnected: you can no longer sign in with it.',
    tone: 'notable',
  },
  'federation.refused': { sentence: 'A sign-in through another provider was refused.', tone: 'notable' },
  'sign-in.continued': { sentence: 'You showed a part of what a sign-in takes.', tone: 'quiet' },
  'authenticator.added': { sentence: 'A new way to sign in was added to your account.', tone: 'notable' },
  'authenticator.renamed': { sentence: 'A way to sign in got another name.', tone: 'quiet' },
  'authenticator.removed': { sentence: 'A way to sign in was removed from your account.', tone: 'notable' },
  'authenticator.refused': { sentence: 'A new way to sign in was refused.', tone: 'notable' },
  'recovery-codes.replaced': { sentence: 'New recovery codes were made.', tone: 'notable' },
  'recovery-code.used': { sentence: 'A recovery code was used.', tone: 'notable' },
  'user.email-verified': { sentence: 'Your e-mail address was confirmed.', tone: 'quiet' },
  'user.email-change-asked': { sentence: 'A change of your e-mail address was begun.', tone: 'notable' },
  'user.email-changed': { sentence: 'Your e-mail address was changed.', tone: 'notable' },
  'user.recovery-asked': { sentence: 'Someone asked for a link to a new password.', tone: 'notable' },
  'user.password-reset': { sentence: 'Your password was set anew by a link from a mail.', tone: 'notable' },
  'user.changes-undone': { sentence: 'Changes to your account were taken back.', tone: 'alarming' },
  'recovery.started': {
    sentence: 'An administrator began to remove your second factors.',
    tone: 'alarming',
  },
  'recovery.cancelled': { sentence: 'The removal of your second factors was stopped.', tone: 'notable' },
  'recovery.completed': { sentence: 'Your second factors were removed.', tone: 'alarming' },
  'logout.delivered': { sentence: 'An application was told that your session ended.', tone: 'quiet' },
  'logout.failed': { sentence: 'An application could not be told that your session ended.', tone: 'notable' },
  'mail.sent': { sentence: 'An e-mail was sent to you.', tone: 'quiet' },
  'mail.failed': { sentence: 'An e-mail to you could not be delivered.', tone: 'notable' },
  'invitation.sent': { sentence: 'Somebody was invited.', tone: 'quiet' },
  'invitation.sent-again': { sentence: 'An invitation was sent again.', tone: 'quiet' },
  'invitation.revoked': { sentence: 'An invitation was taken back.', tone: 'quiet' },
  'invitation.accepted': { sentence: 'You accepted an invitation.', tone: 'notable' },
  'user.exported': { sentence: 'What is kept of you was downloaded.', tone: 'notable' },
  'user.erasure-begun': { sentence: 'The erasure of your account was begun.', tone: 'alarming' },
  'user.erased': { sentence: 'An account was erased.', tone: 'quiet' },
  'policy.changed': { sentence: 'The rules for sessions were changed.', tone: 'quiet' },
  'tenant.created': { sentence: 'This place was set up.', tone: 'quiet' },
  'tenant.changed': { sentence: 'Settings of this place were changed.', tone: 'quiet' },
  'tenant.plan-changed': { sentence: 'The plan of this place was changed.', tone: 'quiet' },
  'tenant.suspended': { sentence: 'All access here was suspended.', tone: 'notable' },
  'tenant.resumed': { sentence: 'Access here was opened again.', tone: 'notable' },
  'tenant.erasure-begun': { sentence: 'The erasure of everything here was begun.', tone: 'alarming' },
  'tenant.erased': { sentence: 'Everything in another place was erased.', tone: 'notable' },
  'import.started': { sentence: 'An import of people began.', tone: 'quiet' },
  'import.ended': { sentence: 'An import of people ended.', tone: 'quiet' },
  'users.exported': { sentence: 'People were exported.', tone: 'quiet' },
  'policy.enforced': { sentence: 'Changed rules were applied to all live sessions here.', tone: 'quiet' },
};
