import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

export function recoveryCodesUsed(
  { left, by, link }: MailDraft<'recovery-codes-used'>,
  place: Place,
): Letter {
  const rest =
    left === 0
      ? 'None of your recovery codes is left: make a new set, and keep it somewhere safe.'
      : `${left === 1 ? 'One recovery code is' : `${left} recovery codes are`} left.`;
  return {
    subject: 'A recovery code was used',
    parts: [
      `A recovery code of your account at ${hostOf(place)} was used. It does not work again. ${rest}`,
      happened(by),
      'If it was you, there is nothing else to do. If it was not, secure your account now.',
      { button: 'This was not me', link },
    ],
  };
}

export function recoveryCodesReplaced(
  { by, link }: MailDraft<'recovery-codes-replaced'>,
  place: Place,
): Letter {
  return {
    subject: 'Your recovery codes were replaced',
    parts: [
      `A new set of recovery codes was made for your account at ${hostOf(place)}. The old ones do not work any more.`,
      happened(by),
      'If it was you, there is nothing to do. If it was not, secure your account now.',
      { button: 'This was not me', link },
    ],
  };
}
