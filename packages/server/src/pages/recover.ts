import type { RefusalCode } from '@argus/contract';
import { carrying } from './carrying.ts';
import { accountForPasswordManagers, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { messagePage } from './message.ts';
import { type NewPasswordRule, newPasswordField, strengthScripts } from './new-password.ts';
import { problemOf } from './problem-words.ts';

export interface RecoverView {
  readonly formToken: string;
  readonly email?: string | undefined;
  /** The sealed authorization request that waits for the sign-in after this. */
  readonly request?: string | undefined;
  /** The same for every address: whether it has an account must not show. */
  readonly isSent?: boolean | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
}

/** Ask for a link to a new password: `POST /recover`. */
export function recoverPage(v: RecoverView): string {
  if (v.isSent) return sentPage(v);
  const heading = 'Forgot your password?';
  const asked = { page: 'recover', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">We send you a link, and with it you set a new one.</p>
${problemSummary(problem)}
${postForm(
  { action: '/recover', formToken: v.formToken },
  html`${hidden('request', v.request)}
${field({ name: 'email', label: 'E-mail address', type: 'email', autocomplete: 'username', value: v.email, maxLength: 254, isFirst: true }, problem)}
<button class="button primary">Send the link</button>`,
)}
${toSignIn(v)}`,
  });
}

function sentPage(v: RecoverView): string {
  return framed({
    heading: 'Look into your mail',
    shape: 'narrow',
    body: html`<h1>Look into your mail</h1>
<p class="lead">If there is an account with ${v.email ? html`the address <strong><bdi>${v.email}</bdi></strong>` : 'that address'}, a link to a new password is on its way.</p>
<ul class="points">
<li>It can take a few minutes. Look among unwanted mail too.</li>
<li>Only the newest link works, and only for a while.</li>
</ul>
${toSignIn(v)}`,
  });
}

function toSignIn({ request }: RecoverView): Html {
  return html`<p class="aside"><a href="${carrying('/sign-in', { request })}">Back to sign-in</a></p>`;
}

export interface ResetPasswordView {
  readonly formToken: string;
  readonly token: string;
  /** Whose password it is, for password managers. */
  readonly email?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly rule: NewPasswordRule;
}

/** Set a new password by a link from a mail: `POST /reset`. Opening the link changes nothing. */
export function resetPasswordPage(v: ResetPasswordView): string {
  if (v.refusal === 'link_invalid') return deadLink;
  const heading = 'Set a new password';
  const { rule, retryAfterSeconds } = v;
  const problem =
    v.refusal && problemOf(v.refusal, { page: 'reset', minLength: rule.minLength, retryAfterSeconds });
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: strengthScripts,
    body: html`<h1>${heading}</h1>
${v.email !== undefined && html`<p class="fixed"><span>E-mail address</span> <bdi>${v.email}</bdi></p>`}
${problemSummary(problem)}
${postForm(
  { action: '/reset', formToken: v.formToken },
  html`${hidden('token', v.token)}${v.email !== undefined && accountForPasswordManagers(v.email)}
${newPasswordField({ name: 'password', label: 'New password', rule, isFirst: true }, problem)}
<button class="button primary">Set password</button>`,
)}
<ul class="points">
<li>All your sessions end, so that nobody stays in who should not be.</li>
<li>Your other proof stays: if you have a passkey or an authenticator app, it is asked for as always.</li>
</ul>`,
  });
}

const deadLink = messagePage({
  title: 'This link no longer works',
  message: 'It was used already, its time is over, or a newer one was sent. Ask for a new link.',
  action: { href: '/recover', label: 'Ask for a new link' },
});
