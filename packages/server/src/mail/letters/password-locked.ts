import type { MailDraft } from '@argus/core';
import { absoluteWords } from '../../pages/times.ts';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** Wrong passwords paused the way in by password. */
export function passwordLocked(
  { by, link, failures, until }: MailDraft<'password-locked'>,
  place: Place,
): Letter {
  return {
    subject: 'Wrong passwords for your account',
    parts: [
      `A wrong password was typed ${failures} times for your account at ${hostOf(place)}. From devices that you never used, no password is taken until ${absoluteWords(until)}.`,
      happened(by),
      'Nobody got in. On a device that you use already, and with a passkey, you can sign in as ever.',
      'If it was you and the password is forgotten, choose a new one.',
      { button: 'Choose a new password', link },
      'If it was not you, there is nothing to do.',
    ],
  };
}
