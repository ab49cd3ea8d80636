import type { RefusalCode } from '@argus/contract';
import { field, hidden, noticeBanner, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';
import { type Problem, problemOf } from './problem-words.ts';

export interface SignInView {
  readonly formToken: string;
  readonly identifier?: string | undefined;
  readonly returnTo?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly notice?: SignInNotice | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

export type SignInNotice =
  | 'account-ready'
  | 'signed-out'
  | 'session-ended'
  | 'password-changed'
  | 'cookies-needed';

/** Sign in with e-mail address and password: `POST /sign-in`. */
export function signInPage(v: SignInView): string {
  const problem = problemOn(v);
  return framed({
    heading: 'Sign in',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>Sign in</h1>
${problem ? problemSummary(problem) : noticeBanner(v.notice && notices[v.notice])}
${postForm(
  { action: '/sign-in', formToken: v.formToken },
  html`${hidden('returnTo', v.returnTo)}
${field({ name: 'identifier', label: 'E-mail address', type: 'email', autocomplete: 'username', value: v.identifier, maxLength: 254, isFirst: !v.identifier }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: Boolean(v.identifier) }, problem)}
<button class="button primary">Sign in</button>`,
)}
<p class="aside">New here? <a href="/sign-up">Create an account</a></p>`,
  });
}

function problemOn(v: SignInView): Problem | undefined {
  if (v.refusal) return problemOf(v.refusal, { page: 'sign-in', retryAfterSeconds: v.retryAfterSeconds });
  return v.notice === 'cookies-needed' ? { sentence: notices[v.notice], fields: [] } : undefined;
}

const notices: Readonly<Record<SignInNotice, string>> = {
  // True for a known address too: the page must not tell whether the account was new.
  'account-ready': 'You can sign in now with your e-mail address and password.',
  'signed-out': 'You are signed out.',
  'session-ended': 'Your session has ended. Sign in again to go on.',
  'password-changed': 'Your password is changed. Sign in with the new one.',
  'cookies-needed':
    'Your browser did not keep the cookie of this page. Allow cookies for this site, check that its address begins with https, and try again.',
};
