import type { RefusalCode } from '@argus/contract';
import { accountForPasswordManagers, field, hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { messagePage } from './message.ts';
import { type NewPasswordRule, newPasswordField, strengthScripts } from './new-password.ts';
import { type Problem, problemOf } from './problem-words.ts';

export interface LinkView {
  readonly formToken: string;
  readonly token: string;
  readonly kind: 'first-administrator' | 'invitation';
  readonly email?: string | undefined;
  readonly refusal?: RefusalCode | undefined;
  readonly rule: NewPasswordRule;
}

const words = {
  'first-administrator': {
    heading: 'Create the first administrator',
    lead: 'This person runs this installation: creates users, ends sessions, applies configuration.',
    submit: 'Create administrator',
  },
  invitation: {
    heading: 'Set up your account',
    lead: 'You are invited. Choose a password that only you know.',
    submit: 'Set password and sign in',
  },
} as const;

/** Use a one-time link: `POST /link`. Opening it changes nothing; only its button does. */
export function linkPage(v: LinkView): string {
  if (v.refusal === 'link_invalid') return deadLink();
  const { heading, lead, submit } = words[v.kind];
  const problem = v.refusal && problemOf(v.refusal, { page: 'link', minLength: v.rule.minLength });
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    scripts: strengthScripts,
    body: html`<h1>${heading}</h1>
<p class="lead">${lead}</p>
${problemSummary(problem)}
${postForm(
  { action: '/link', formToken: v.formToken },
  html`${hidden('token', v.token)}
${whoseAccount(v, problem)}
${field({ name: 'name', label: 'Name', type: 'text', autocomplete: 'name', maxLength: 100, isOptional: true }, problem)}
${newPasswordField({ name: 'password', label: 'Password', rule: v.rule, isFirst: v.kind === 'invitation' || Boolean(v.email) }, problem)}
<button class="button primary">${submit}</button>`,
)}`,
  });
}

function whoseAccount(v: LinkView, problem: Problem | undefined): Html | undefined {
  if (v.kind === 'first-administrator') {
    return field(
      {
        name: 'email',
        label: 'E-mail address',
        type: 'email',
        autocomplete: 'username',
        value: v.email,
        maxLength: 254,
        isFirst: !v.email,
      },
      problem,
    );
  }
  if (!v.email) return undefined;
  return html`<p class="fixed"><span>E-mail address</span> <bdi>${v.email}</bdi></p>
${accountForPasswordManagers(v.email)}`;
}

function deadLink(): string {
  return messagePage({
    title: 'This link no longer works',
    message:
      'It was used already, or its time is over. If you set a password with it, sign in; otherwise ask for a new link.',
    action: { href: '/sign-in', label: 'Go to sign-in' },
  });
}
