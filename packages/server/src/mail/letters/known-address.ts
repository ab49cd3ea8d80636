import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** What a page must not say to whoever tries an address is said to its owner (OWASP ASVS 5.0 §6.3.8). */
export function knownAddress({ by, link }: MailDraft<'known-address'>, place: Place): Letter {
  return {
    subject: 'You already have an account',
    parts: [
      `Somebody tried to open an account at ${hostOf(place)} with this address. There is one already, so nothing was changed.`,
      happened(by),
      'If it was you, use the account that you have; a forgotten password can be replaced.',
      { button: 'Go to my account', link },
      'If it was not you, there is nothing to do.',
    ],
  };
}
