import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

const things: Readonly<Record<MailDraft<'undo-done'>['undone'], string>> = {
  email: 'e-mail address',
  password: 'password',
  authenticator: 'ways to sign in',
};

export function undoDone({ undone, by, link }: MailDraft<'undo-done'>, place: Place): Letter {
  return {
    subject: 'A change to your account was undone',
    parts: [
      `A change of the ${things[undone]} of your account at ${hostOf(place)} was undone.`,
      happened(by),
      'Somebody else may know your password: choose a new one, and look at what your account did lately.',
      { button: 'Go to my account', link },
    ],
  };
}
