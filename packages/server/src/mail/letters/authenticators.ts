import type { MailDraft } from '@argus/core';
import { happened } from '../happened.ts';
import { hostOf, type Letter, type Part, type Place } from '../letter.ts';
import { plainWords } from '../plain-words.ts';

type About = MailDraft<'authenticator-added' | 'authenticator-removed'>;

const names: Readonly<Record<About['authenticator'], string>> = {
  password: 'password',
  totp: 'authenticator app',
  passkey: 'passkey',
  'recovery-codes': 'set of recovery codes',
  federated: 'sign-in provider',
};

export function authenticatorAdded(draft: MailDraft<'authenticator-added'>, place: Place): Letter {
  const name = names[draft.authenticator];
  const article = /^[aeiou]/.test(name) ? 'An' : 'A';
  return {
    subject: `${article} ${name} was added to your account`,
    parts: [`${article} ${name} was added to your account at ${hostOf(place)}.`, ...about(draft)],
  };
}

export function authenticatorRemoved(draft: MailDraft<'authenticator-removed'>, place: Place): Letter {
  const name = names[draft.authenticator];
  const article = /^[aeiou]/.test(name) ? 'An' : 'A';
  return {
    subject: `${article} ${name} was removed from your account`,
    parts: [`${article} ${name} was removed from your account at ${hostOf(place)}.`, ...about(draft)],
  };
}

function about({ label, by, link }: About): Part[] {
  const name = plainWords(label, 60);
  return [
    happened(by, name === null ? [] : [['Name', name]]),
    'If it was you, there is nothing to do. If it was not, secure your account now.',
    { button: 'This was not me', link },
  ];
}
