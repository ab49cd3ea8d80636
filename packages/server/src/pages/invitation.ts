import type { RefusalCode } from '@argus/contract';
import { accountForPasswordManagers, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { messagePage } from './message.ts';
import { type NewPasswordRule, newPasswordField, strengthScripts } from './new-password.ts';
import { passkeyForm, passkeyScripts } from './passkey-form.ts';
import { type Problem, problemOf } from './problem-words.ts';

export interface InvitationView {
  readonly formToken: string;
  readonly token: string;
  readonly email: string;
  readonly name?: string | undefined;
  readonly offersPassword: boolean;
  readonly offersPasskey: boolean;
  readonly refusal?: RefusalCode | undefined;
  readonly rule: NewPasswordRule;
}

/** Somebody who is invited chooses how they sign in: `POST /invitation` or `POST /invitation/passkey`. */
export function invitationPage(v: InvitationView): string {
  const problem = v.refusal && problemOf(v.refusal, { page: 'invitation', minLength: v.rule.minLength });
  return framed({
    heading: 'Accept your invitation',
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: isTaken(v)
      ? undefined
      : [...(v.offersPasskey ? passkeyScripts : []), ...(v.offersPassword ? strengthScripts : [])],
    body: html`<h1>Accept your invitation</h1>
${!isTaken(v) && html`<p class="lead">You are invited. Choose how you want to sign in; nobody else knows or sets it.</p>`}
${problemSummary(problem)}
<p class="fixed"><span>E-mail address</span> <bdi>${v.email}</bdi></p>
${isTaken(v) ? html`<a class="button primary" href="/sign-in">Go to sign-in</a>` : waysIn(v, problem)}`,
  });
}

/** Nothing that could be chosen here would help. */
const isTaken = ({ refusal }: InvitationView): boolean => refusal === 'conflict';

function waysIn(v: InvitationView, problem: Problem | undefined): Html {
  return html`${v.offersPassword && byPassword(v, problem)}
${
  v.offersPasskey &&
  html`<div class="providers">${v.offersPassword && html`<p class="or">or</p>`}${byPasskey(v)}</div>`
}`;
}

function byPassword(v: InvitationView, problem: Problem | undefined): Html {
  return postForm(
    { action: '/invitation', formToken: v.formToken },
    html`${hidden('token', v.token)}
${accountForPasswordManagers(v.email)}
${field({ name: 'name', label: 'Name', type: 'text', autocomplete: 'name', value: v.name, maxLength: 100, isOptional: true }, problem)}
${newPasswordField({ name: 'password', label: 'Password', rule: v.rule, isFirst: problem !== undefined }, problem)}
<button class="button primary">Set password and sign in</button>`,
  );
}

function byPasskey(v: InvitationView): Html {
  return passkeyForm({
    ceremony: 'create',
    action: '/invitation/passkey',
    options: '/invitation/passkey/options',
    formToken: v.formToken,
    label: 'Use a passkey',
    fields: hidden('token', v.token),
    isOneOfSeveral: v.offersPassword,
    isPrimary: !v.offersPassword,
  });
}

/** It was accepted, revoked or sent again, or its time is over. */
export const deadInvitationPage = (): string =>
  messagePage({
    title: 'This invitation no longer works',
    message:
      'It was accepted already, a newer one was sent, or its time is over. If you accepted it, sign in; otherwise ask for a new one.',
    action: { href: '/sign-in', label: 'Go to sign-in' },
  });

/** Nobody new comes, or nobody by themselves. */
export const closedPage = (): string =>
  messagePage({
    title: 'New accounts are not opened here',
    message: 'Whoever runs this service decides who has an account. Ask them for an invitation.',
    action: { href: '/sign-in', label: 'Go to sign-in' },
  });
