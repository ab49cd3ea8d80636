import type { MailDraft } from '@argus/core';
import { happened, worksUntil } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** A forgotten password. What else the account asks for is asked for as before (OWASP ASVS 5.0 §6.4.3). */
export function resetPassword({ by, link, expiresAt }: MailDraft<'reset-password'>, place: Place): Letter {
  return {
    subject: 'Set a new password',
    parts: [
      `Somebody, most likely you, asked for a new password for your account at ${hostOf(place)}.`,
      { button: 'Set a new password', link },
      worksUntil(expiresAt, place),
      'A second factor, if your account has one, stays and will be asked for.',
      happened(by),
      'If it was not you, there is nothing to do: your password stays as it is.',
    ],
  };
}
