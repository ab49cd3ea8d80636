import type { MailDraft } from '@argus/core';
import { happened, worksUntil } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';
import { maskedEmail } from '../plain-words.ts';

/** To the address that was: it is the last that only its owner reads. */
export function emailChanged(
  { by, newAddress, link, expiresAt }: MailDraft<'email-changed'>,
  place: Place,
): Letter {
  return {
    subject: 'Your e-mail address was changed',
    parts: [
      `Your account at ${hostOf(place)} has another e-mail address now: ${maskedEmail(newAddress)}. This one is no longer used.`,
      happened(by),
      'If it was you, there is nothing to do. If it was not, undo the change now.',
      { button: 'Undo the change', link },
      worksUntil(expiresAt, place),
    ],
  };
}
