import type { MailDraft } from '@argus/core';
import { worksUntil } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

export function invitation({ link, expiresAt }: MailDraft<'invitation'>, place: Place): Letter {
  return {
    subject: `You are invited to ${hostOf(place)}`,
    parts: [
      `An administrator of ${hostOf(place)} invites you. Choose how you sign in, which only you know, and the account is yours.`,
      { button: 'Accept the invitation', link },
      worksUntil(expiresAt, place),
      'If you did not expect this, there is nothing to do.',
    ],
  };
}
