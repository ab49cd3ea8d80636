import type { MailDraft } from '@argus/core';
import { worksUntil } from '../happened.ts';
import { hostOf, type Letter, type Place } from '../letter.ts';

/** The address belongs to whoever opens this. */
export function verifyEmail({ of, link, expiresAt }: MailDraft<'verify-email'>, place: Place): Letter {
  const [what, otherwise] =
    of === 'sign-up'
      ? ([
          `Somebody, most likely you, wants to open an account at ${hostOf(place)} with this address.`,
          'If it was not you, there is nothing to do: without your confirmation no account can use this address.',
        ] as const)
      : ([
          `Somebody, most likely you, wants to use this address for an account at ${hostOf(place)} from now on.`,
          'If it was not you, there is nothing to do: without your confirmation nothing changes.',
        ] as const);
  return {
    subject: 'Confirm your e-mail address',
    parts: [what, { button: 'Confirm this address', link }, worksUntil(expiresAt, place), otherwise],
  };
}
