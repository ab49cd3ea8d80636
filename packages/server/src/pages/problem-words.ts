import { type RefusalCode, refusalOf } from '@argus/contract';
import { durationWords } from './times.ts';

/** A refusal as a page shows it: the sentence, and the fields that need another look. */
export interface Problem {
  readonly sentence: string;
  readonly fields: readonly string[];
}

/** The page that shows a refusal, with what its sentences need. */
export interface Asked {
  readonly page:
    | 'sign-in'
    | 'sign-up'
    | 'link'
    | 'account'
    | 'step-up'
    | 'device'
    | 'second-factor'
    | 'enrol'
    | 'totp'
    | 'choose-session'
    | 'recover'
    | 'reset'
    | 'mail-link'
    | 'erase'
    | 'invitation';
  readonly minLength?: number | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The provider that the refusal speaks of. */
  readonly providerName?: string | undefined;
}

/** The public sentence of a refusal, made concrete where the page knows more than the table. */
export function problemOf(refusal: RefusalCode, asked: Asked): Problem {
  const newPassword = asked.page === 'account' ? 'newPassword' : 'password';
  switch (refusal) {
    case 'invalid_credentials':
      return wrongPassword(asked.page);
    case 'password_too_short':
      return { sentence: longerPassword(asked.minLength), fields: [newPassword] };
    case 'password_too_long':
    case 'password_composition':
      return { sentence: refusalOf(refusal).sentence, fields: [newPassword] };
    case 'password_reused':
      return { sentence: formerPassword, fields: [newPassword] };
    case 'password_common':
      return { sentence: otherPassword, fields: [newPassword] };
    case 'password_breached':
      return { sentence: leakedPassword, fields: [newPassword] };
    case 'slow_down':
      return { sentence: slower(asked.retryAfterSeconds), fields: [] };
    case 'form_expired':
      return { sentence: 'This page was open too long. It is fresh now: please send it again.', fields: [] };
    case 'invalid_request':
      return {
        sentence: unfit(asked.page, refusalOf(refusal).sentence),
        fields: asked.page === 'erase' ? ['confirm'] : [],
      };
    case 'last_owner':
      return { sentence: asked.page === 'erase' ? lastOwner : refusalOf(refusal).sentence, fields: [] };
    case 'conflict':
      return { sentence: asked.page === 'invitation' ? haveOne : refusalOf(refusal).sentence, fields: [] };
    case 'not_found':
      return nothingThere(asked.page);
    case 'provider_refused':
      return { sentence: notConfirmed(asked.providerName), fields: [] };
    case 'provider_unreachable':
      return { sentence: unreachable(asked), fields: [] };
    case 'account_not_linked':
      return { sentence: notLinked(asked.providerName), fields: [] };
    case 'wrong_code':
      return wrongCode(asked.page);
    case 'passkey_refused':
      return { sentence: passkeyRefused(asked.page), fields: [] };
    case 'insufficient_user_authentication':
      return { sentence: 'Confirm first that it is you, then try again.', fields: [] };
    default:
      return { sentence: refusalOf(refusal).sentence, fields: [] };
  }
}

const unfit = (page: Asked['page'], sentence: string): string =>
  page === 'erase' ? 'This is not the address of your account. Type it as it stands here.' : sentence;

const haveOne =
  'You have an account here already. Sign in to it, and ask whoever invited you for what you need.';

const lastOwner = 'Nobody else owns this place. Give somebody else the role first, then erase your account.';

const otherPassword =
  'Choose a password that is harder to guess: not one that many people use, nor only your name, your address or the name of this service. Several words that do not belong together make a good one.';

const formerPassword = 'You had this password lately. Choose one that you did not use here before.';

const leakedPassword =
  'This password is known from a leak, here or elsewhere, and is tried on every account. Choose one that you use nowhere else.';

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

function wrongPassword(page: Asked['page']): Problem {
  if (page === 'account')
    return { sentence: 'The current password is not right.', fields: ['currentPassword'] };
  if (page === 'step-up' || page === 'second-factor')
    return { sentence: 'The password is not right.', fields: ['password'] };
  // Both fields: which of the two was wrong must not show.
  return { sentence: refusalOf('invalid_credentials').sentence, fields: ['identifier', 'password'] };
}

function wrongCode(page: Asked['page']): Problem {
  if (page === 'enrol' || page === 'totp')
    return {
      sentence: 'The code is not right. Type the one that your app shows now for this account.',
      fields: ['code'],
    };
  return { sentence: refusalOf('wrong_code').sentence, fields: ['code'] };
}

function passkeyRefused(page: Asked['page']): string {
  const { sentence } = refusalOf('passkey_refused');
  if (page === 'sign-in')
    return `${sentence} Sign in another way, then look at your passkeys in your account.`;
  if (page === 'account' || page === 'enrol') return `${sentence} Try again, or use another device.`;
  return sentence;
}

function nothingThere(page: Asked['page']): Problem {
  if (page === 'account') return { sentence: 'That is gone already.', fields: [] };
  if (page === 'choose-session')
    return { sentence: 'That session had ended already. Choose another, or begin again.', fields: [] };
  if (page !== 'device') return { sentence: refusalOf('not_found').sentence, fields: [] };
  return {
    sentence:
      'This code is not right, or its time is over. Compare it with your device, or begin again there.',
    fields: ['userCode'],
  };
}

function notConfirmed(providerName: string | undefined): string {
  return providerName === undefined
    ? refusalOf('provider_refused').sentence
    : `${providerName} did not confirm who you are.`;
}

function unreachable({ page, providerName }: Asked): string {
  const who = providerName ?? 'The other provider';
  const otherwise = page === 'sign-in' ? ', or sign in another way' : '';
  return `${who} cannot be reached at the moment. Nothing is wrong with your account. Try again shortly${otherwise}.`;
}

function notLinked(providerName: string | undefined): string {
  return providerName === undefined
    ? refusalOf('account_not_linked').sentence
    : `You have an account here that is not connected to ${providerName}. Sign in to it first, then connect ${providerName} in your account.`;
}
