import { type RefusalCode, refusalOf } from '@argus/contract';
import type { JourneyRefusal } from './finish-journey.ts';

export interface JourneyWords {
  readonly title: string;
  readonly message: string;
}

/** What a person reads whose journey ended in a refusal. Nothing of it was written by the provider. */
export function wordsOf({ refused, why, provider }: Omit<JourneyRefusal, 'kind'>): JourneyWords {
  const name = provider?.settings.name ?? 'the other provider';
  return (why && reasons[why](name)) ?? plain(refused, name);
}

const reasons: Readonly<Record<NonNullable<JourneyRefusal['why']>, (name: string) => JourneyWords>> = {
  'email-not-confirmed': (name) => ({
    title: 'No confirmed e-mail address',
    message: `${name} did not confirm an e-mail address of yours, and accounts are made only for confirmed ones. Confirm it there and try again, or sign in another way and connect ${name} in your account.`,
  }),
  'new-users-refused': (name) => ({
    title: 'There is no account for you yet',
    message: `People who come from ${name} need an account that was made for them. Ask for an invitation, or, if you have an account, sign in to it and connect ${name} there.`,
  }),
  'user-disabled': () => ({ title: 'This did not work', message: refusalOf('denied').sentence }),
  'identity-taken': (name) => ({
    title: 'Connected elsewhere already',
    message: `This account at ${name} belongs to another account here. Disconnect it there first.`,
  }),
  'other-person': (name) => ({
    title: 'That was somebody else',
    message: `The account at ${name} that you chose is not connected to yours.`,
  }),
  'not-fresh': (name) => ({
    title: 'That does not prove enough',
    message: `${name} did not say that it asked you again just now. Confirm in another way.`,
  }),
};

function plain(refused: RefusalCode, name: string): JourneyWords {
  switch (refused) {
    case 'form_expired':
      return {
        title: 'This took too long',
        message: 'Begin again, and finish in the same browser within ten minutes.',
      };
    case 'provider_refused':
      return { title: 'Not signed in', message: `${name} did not confirm who you are.` };
    case 'provider_unreachable':
      return {
        title: 'Not to be reached',
        message: `${name} cannot be reached at the moment. Nothing is wrong with your account. Try again shortly.`,
      };
    default:
      return { title: 'This did not work', message: refusalOf(refused).sentence };
  }
}
