import type { MailDraft } from '@argus/core';
import { worksUntil } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

export function invitation({ link, expiresAt }: MailDraft<'invitation'>, place: Place): Letter {
  return {
    subject: `You are invited to ${hostOf(place)}`,
    parts: [
      `An administrator of ${hostOf(place)} made an account for you. Choose a password that only you know, and it is yours.`,
      { button: 'Accept the invitation', link },
      worksUntil(expiresAt, place),
      'If you did not expect this, there is nothing to do.',
    ],
  };
}
