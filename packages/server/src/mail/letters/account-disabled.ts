import type { MailDraft } from '@argus/core';
import { absoluteWords } from '../../pages/times.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** Nobody used an account for as long as policy lets one stand. */
export function accountDisabled({ unusedSince }: MailDraft<'account-disabled'>, place: Place): Letter {
  return {
    subject: 'Your account was disabled',
    parts: [
      `Nobody used your account at ${hostOf(place)} since ${absoluteWords(unusedSince)}, so it was disabled. Nothing of it was deleted.`,
      'To use it again, ask an administrator to enable it.',
    ],
  };
}
