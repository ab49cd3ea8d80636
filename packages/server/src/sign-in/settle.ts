import type { Change } from '@argus/core';
import type { Refused } from '../http/answer.ts';
import type { Advanced } from './advance.ts';
import type { SignInOutcome } from './outcome.ts';

/** What a lost race means to whoever brought a proof that counts once. */
const meanings: { readonly [Kind in Change['kind']]?: Refused } = {
  'use-totp': { refused: 'wrong_code' },
  'use-recovery-code': { refused: 'wrong_code' },
  'use-passkey': { refused: 'passkey_refused' },
  'add-passkey': { refused: 'too_many_authenticators' },
  'claim-mark': { refused: 'passkey_refused' },
  'finish-sign-in': { refused: 'sign_in_expired' },
  'expect-password': { refused: 'sign_in_expired' },
  'hold-user': { refused: 'sign_in_expired' },
  'end-session': { refused: 'not_found' },
};

/** The answer where nothing is tried again: the same proof would be lost again. */
export function settle(outcome: Advanced): SignInOutcome {
  if (!('lost' in outcome)) return outcome;
  return meanings[outcome.lost] ?? { refused: 'unavailable', retryAfterSeconds: 1 };
}
