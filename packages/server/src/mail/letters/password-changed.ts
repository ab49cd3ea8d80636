import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** OWASP ASVS 5.0 §6.3.7: the person is told. */
export function passwordChanged({ by, link }: MailDraft<'password-changed'>, place: Place): Letter {
  return {
    subject: 'Your password was changed',
    parts: [
      `The password of your account at ${hostOf(place)} was changed.`,
      happened(by),
      'If it was you, there is nothing to do. If it was not, secure your account now.',
      { button: 'This was not me', link },
    ],
  };
}
