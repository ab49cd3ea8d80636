import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** Whose session ended may not be who signed in. */
export function madeRoom({ by, link }: MailDraft<'made-room'>, place: Place): Letter {
  return {
    subject: 'A session of yours ended to make room for another',
    parts: [
      `Somebody signed in to your account at ${hostOf(place)}. It may be open in only so many places at once, so a session that was open elsewhere ended.`,
      happened(by),
      'If it was you, there is nothing to do. If it was not, end the new session now and change your password.',
      { button: 'Look at my sessions', link },
    ],
  };
}
