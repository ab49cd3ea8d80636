import type { EndReason, RefusalCode } from '@argus/contract';
import { carrying } from './carrying.ts';
import { endedNotice } from './ended-notice.ts';
import { checkbox, field, hidden, noticeBanner, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { passkeyForm, passkeyScripts, type UnknownPasskey, unknownPasskeySignal } from './passkey-form.ts';
import { type Problem, problemOf } from './problem-words.ts';
import { providerButtons, type ShownProvider } from './provider-buttons.ts';
import { spanWords } from './times.ts';

export interface SignInView {
  readonly formToken: string;
  readonly identifier?: string | undefined;
  readonly returnTo?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly notice?: SignInNotice | undefined;
  /** Why the session ended that `notice` speaks of. */
  readonly ended?: EndReason | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** The sealed authorization request that waits for this sign-in. */
  readonly request?: string | undefined;
  /** The application that asks in it. */
  readonly clientName?: string | undefined;
  readonly providers?: readonly ShownProvider[] | undefined;
  /** A provider whose person has to prove this account too before the two are connected; `link` is what it proved, sealed. */
  readonly linking?: { readonly providerName: string; readonly link?: string } | undefined;
  /** The provider that `refusal` speaks of. */
  readonly providerName?: string | undefined;
  /** How long a person may stay signed in who asks for it; null or absent: that is not offered. */
  readonly staySeconds?: number | null | undefined;
  /** False where policy takes no passkeys. */
  readonly offersPasskey?: boolean | undefined;
  /** Whether somebody may sign up here; undefined: yes. */
  readonly offersSignUp?: boolean | undefined;
  /** The passkey that was refused because nobody has it any more. */
  readonly unknownPasskey?: UnknownPasskey | undefined;
}

export type SignInNotice =
  | 'account-ready'
  | 'signed-out'
  | 'session-ended'
  | 'password-changed'
  | 'cookies-needed'
  | 'email-verified'
  | 'email-changed'
  | 'verify-email'
  | 'recovery-stopped'
  | 'changes-undone'
  | 'sign-in-expired'
  | 'password-reset'
  | 'more-needed';

/** Sign in with e-mail address and password, `POST /sign-in`, with a passkey, or by way of another provider. */
export function signInPage(v: SignInView): string {
  const problem = problemOn(v);
  const hasPasskey = v.offersPasskey !== false && !v.linking;
  return framed({
    heading: 'Sign in',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: hasPasskey ? passkeyScripts : undefined,
    body: html`<h1>Sign in</h1>
${v.clientName && html`<p class="lead">to go on to <strong><bdi>${v.clientName}</bdi></strong></p>`}
${problem ? problemSummary(problem) : noticeBanner(noticeOn(v))}
${passwordForm(v, problem)}
${
  !v.linking &&
  providerButtons({
    providers: v.providers ?? [],
    verb: 'Sign in with',
    formToken: v.formToken,
    fields: { request: v.request, returnTo: v.returnTo },
    passkey: hasPasskey && signInPasskey(v),
  })
}
${elsewhere(v)}
${unknownPasskeySignal(v.unknownPasskey)}`,
  });
}

function passwordForm(v: SignInView, problem: Problem | undefined): Html {
  return postForm(
    { action: v.linking?.link === undefined ? '/sign-in' : '/sign-in/connect', formToken: v.formToken },
    html`${hidden('request', v.request)}${hidden('returnTo', v.returnTo)}${hidden('link', v.linking?.link)}
${field({ name: 'identifier', label: 'E-mail address', type: 'email', autocomplete: 'username webauthn', value: v.identifier, maxLength: 254, isFirst: !v.identifier }, problem)}
${field({ name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: Boolean(v.identifier) }, problem)}
${!v.linking && stay(v)}
<button class="button primary">${v.linking ? 'Sign in and connect' : 'Sign in'}</button>`,
  );
}

function isStayOffered({ staySeconds }: SignInView): boolean {
  return staySeconds !== undefined && staySeconds !== null;
}

function stay(v: SignInView): Html | false {
  return (
    isStayOffered(v) &&
    checkbox({
      name: 'staySignedIn',
      label: `Stay signed in on this device, for up to ${spanWords(v.staySeconds ?? 0)}`,
    })
  );
}

function signInPasskey(v: SignInView): Html {
  return passkeyForm({
    ceremony: 'get',
    action: '/sign-in/passkey',
    options: '/sign-in/passkey/options',
    formToken: v.formToken,
    label: 'Sign in with a passkey',
    // Filled in by the script from the box above: a box belongs to one form.
    fields: [
      hidden('request', v.request),
      hidden('returnTo', v.returnTo),
      isStayOffered(v) && hidden('staySignedIn', ''),
    ],
    isConditional: true,
    isOneOfSeveral: true,
  });
}

function elsewhere({ linking, request, offersSignUp = true }: SignInView): Html {
  return html`<div class="aside"><p><a href="${carrying('/recover', { request })}">Forgot your password?</a></p>
${
  linking
    ? html`<p>Rather not? <a href="${carrying('/sign-in', { request })}">Sign in without connecting</a></p>`
    : offersSignUp &&
      html`<p>New here? <a href="${carrying('/sign-up', { request })}">Create an account</a></p>`
}</div>`;
}

function problemOn(v: SignInView): Problem | undefined {
  const { retryAfterSeconds, providerName } = v;
  if (v.refusal) return problemOf(v.refusal, { page: 'sign-in', retryAfterSeconds, providerName });
  return v.notice === 'cookies-needed' ? { sentence: notices[v.notice], fields: [] } : undefined;
}

function noticeOn({ linking, notice, ended }: SignInView): string | undefined {
  if (linking) return linkingNotice(linking.providerName);
  if (notice === undefined || notice === 'session-ended') return notice && endedNotice(ended);
  return notices[notice];
}

function linkingNotice(providerName: string): string {
  return `You have an account here already. Sign in to it, and from then on ${providerName} opens it too. If you did not come from ${providerName} yourself, close this page.`;
}

const notices: Readonly<Record<Exclude<SignInNotice, 'session-ended'>, string>> = {
  // True for a known address too: the page must not tell whether the account was new.
  'account-ready': 'You can sign in now with your e-mail address and password.',
  'signed-out': 'You are signed out.',
  'password-changed': 'Your password is changed. Sign in with the new one.',
  'cookies-needed':
    'Your browser did not keep the cookie of this page. Allow cookies for this site, check that its address begins with https, and try again.',
  'email-verified': 'Your e-mail address is confirmed. You can sign in now.',
  'email-changed': 'Your e-mail address is changed. Sign in with the new one.',
  'more-needed': 'Signing in takes more than before. Sign in again, and set up what is missing.',
  'verify-email': 'We sent a link to your address. Open it to confirm the address, then sign in.',
  'recovery-stopped': 'The recovery is stopped. Nothing was removed from your account.',
  'changes-undone':
    'The changes are taken back, and all sessions have ended. We sent you a link to a new password.',
  'sign-in-expired': 'The sign-in took too long. Please begin again.',
  'password-reset': 'Your new password is set. Sign in with it.',
};
