import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

export function accountErased({ by }: MailDraft<'account-erased'>, place: Place): Letter {
  return {
    subject: 'Your account is being erased',
    parts: [
      `The erasure of your account at ${hostOf(place)} was begun, and all its sessions have ended.`,
      happened(by),
      'Within the hour we begin to erase what is kept of you; it does not come back. Of what happened stays a record that no longer ' +
        'says whom it was about.',
      'After that you may sign up again with this address. If you did not want this, tell those who run this service.',
    ],
  };
}
