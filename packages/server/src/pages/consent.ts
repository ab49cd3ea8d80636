import {
  type AskingClient,
  accessSection,
  anotherAccount,
  type ShownResource,
  type ShownScope,
  strangerCaution,
} from './asked-access.ts';
import { destinationWords } from './destination-words.ts';
import { answers, hidden, postForm } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';

export interface ConsentView {
  readonly formToken: string;
  /** The sealed authorization request. */
  readonly request: string;
  /** As whom the person would answer. */
  readonly email: string;
  readonly client: AskingClient;
  readonly scopes: readonly ShownScope[];
  readonly resources: readonly ShownResource[];
  /** How long the answer holds; null: until it is withdrawn. */
  readonly days: number | null;
  /** Where the answer is sent. */
  readonly redirectUri?: string | undefined;
}

/** Ask the person whether an application may act for them: `POST /oauth/consent` (RFC 6749 §4.1.1). */
export function consentPage(v: ConsentView): string {
  return framed({
    heading: 'Allow access',
    shape: 'narrow',
    body: html`<h1>Allow <bdi>${v.client.name}</bdi> to use your account?</h1>
<p class="lead">You are signed in as <strong><bdi>${v.email}</bdi></strong>.</p>
${strangerCaution(v.client)}
${accessSection(v.scopes, v.resources)}
${terms(v)}
${postForm(
  { action: '/oauth/consent', formToken: v.formToken },
  html`${hidden('request', v.request)}
${answers('decision', [
  { value: 'allow', label: 'Allow' },
  { value: 'deny', label: 'Do not allow' },
])}`,
)}
<div class="aside"><p>Not you?</p>
${anotherAccount(v)}</div>`,
  });
}

function terms(v: ConsentView): Html {
  return html`<dl class="facts">
${v.redirectUri && html`<div><dt>Your answer goes to</dt> <dd>${destinationWords(v.redirectUri)}</dd></div>`}
<div><dt>How long</dt> <dd>Until your session here ends. ${nextQuestion(v.days)}</dd></div>
<div><dt>If you change your mind</dt> <dd>Withdraw it in your account, under Applications.</dd></div>
</dl>`;
}

function nextQuestion(days: number | null): string {
  if (days === null) return 'It need not ask you again, unless you withdraw this.';
  return `It need not ask you again for ${days === 1 ? '1 day' : `${days} days`}.`;
}
