import { type RefusalCode, refusalOf } from '@argus/contract';
import { durationWords } from './times.ts';

/** A refusal as a page shows it: the sentence, and the fields that need another look. */
export interface Problem {
  readonly sentence: string;
  readonly fields: readonly string[];
}

/** The page that shows a refusal, with what its sentences need. */
export interface Asked {
  readonly page: 'sign-in' | 'sign-up' | 'link' | 'account';
  readonly minLength?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** The public sentence of a refusal, made concrete where the page knows more than the table. */
export function problemOf(refusal: RefusalCode, asked: Asked): Problem {
  const newPassword = asked.page === 'account' ? 'newPassword' : 'password';
  switch (refusal) {
    case 'invalid_credentials':
      return asked.page === 'account'
        ? { sentence: 'The current password is not right.', fields: ['currentPassword'] }
        : // Both fields: which of the two was wrong must not show.
          { sentence: refusalOf(refusal).sentence, fields: ['identifier', 'password'] };
    case 'password_too_short':
      return { sentence: longerPassword(asked.minLength), fields: [newPassword] };
    case 'password_too_long':
      return { sentence: refusalOf(refusal).sentence, fields: [newPassword] };
    case 'slow_down':
      return { sentence: slower(asked.retryAfterSeconds), fields: [] };
    case 'form_expired':
      return { sentence: 'This page was open too long. It is fresh now: please send it again.', fields: [] };
    case 'not_found':
      return asked.page === 'account'
        ? { sentence: 'That session had ended already.', fields: [] }
        : { sentence: refusalOf(refusal).sentence, fields: [] };
    default:
      return { sentence: refusalOf(refusal).sentence, fields: [] };
  }
}

function longerPassword(minLength: number | undefined): string {
  return minLength === undefined
    ? refusalOf('password_too_short').sentence
    : `Choose a longer password: at least ${minLength} characters.`;
}

function slower(retryAfterSeconds: number | undefined): string {
  return retryAfterSeconds === undefined
    ? refusalOf('slow_down').sentence
    : `Too many tries. Please try again in ${durationWords(retryAfterSeconds)}.`;
}
