import type { RefusalCode } from '@argus/contract';
import { carrying } from './carrying.ts';
import { field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';
import { type NewPasswordRule, newPasswordField, strengthScripts } from './new-password.ts';
import { problemOf } from './problem-words.ts';

export interface SignUpView {
  readonly formToken: string;
  readonly email?: string | undefined;
  readonly name?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly rule: NewPasswordRule;
  /** The sealed authorization request that waits for the sign-in after this. */
  readonly request?: string | undefined;
}

/** Create an account: `POST /sign-up`. */
export function signUpPage(v: SignUpView): string {
  const problem = v.refusal && problemOf(v.refusal, { page: 'sign-up', minLength: v.rule.minLength });
  const retriesPassword = problem?.fields.includes('password') ?? false;
  return framed({
    heading: 'Create an account',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: strengthScripts,
    body: html`<h1>Create an account</h1>
${problemSummary(problem)}
${postForm(
  { action: '/sign-up', formToken: v.formToken },
  html`${hidden('request', v.request)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: v.email, maxLength: 254, isFirst: !retriesPassword }, problem)}
${field({ name: 'name', label: 'Name', type: 'text', autocomplete: 'name', value: v.name, maxLength: 100, isOptional: true }, problem)}
${newPasswordField({ name: 'password', label: 'Password', rule: v.rule, isFirst: retriesPassword }, problem)}
<button class="button primary">Create account</button>`,
)}
<p class="aside">Have an account? <a href="${carrying('/sign-in', { request: v.request })}">Sign in</a></p>`,
  });
}
