import type { MailDraft } from '@argus/core';
import { absoluteWords, relativeWords } from '../../pages/times.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** Whoever talked an administrator into it is found out here, before it takes effect. */
export function recoveryStarted({ link, effectiveAt }: MailDraft<'recovery-started'>, place: Place): Letter {
  return {
    subject: 'The recovery of your account was started',
    parts: [
      `An administrator of ${hostOf(place)} started the recovery of your account, because its second factor is said to be lost.`,
      `The second factor will be removed ${relativeWords(effectiveAt - place.now)}, on ${absoluteWords(effectiveAt)}.`,
      'If you asked for this, there is nothing to do. If you did not, stop it now.',
      { button: 'Stop the recovery', link },
    ],
  };
}

export function recoveryCancelled({ at }: MailDraft<'recovery-cancelled'>, place: Place): Letter {
  return {
    subject: 'The recovery of your account was stopped',
    parts: [
      `The recovery of your account at ${hostOf(place)} was stopped on ${absoluteWords(at)}. Your second factor stays as it is.`,
      'There is nothing to do. If you still cannot sign in, ask your administrator again.',
    ],
  };
}
