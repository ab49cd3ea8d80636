import { hidden, postForm } from './form.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';

export interface AccountChoiceView {
  readonly formToken: string;
  /** The sealed authorization request. */
  readonly request: string;
  readonly email: string;
  readonly name: string | null;
  readonly clientName: string;
}

/** Ask with which account to go on: `POST /oauth/account` (OIDC Core §3.1.2.1, `select_account`). */
export function accountChoicePage(v: AccountChoiceView): string {
  return framed({
    heading: 'Choose an account',
    shape: 'narrow',
    body: html`<h1>Choose an account</h1>
<p class="lead">to go on to <strong><bdi>${v.clientName}</bdi></strong></p>
${postForm(
  { action: '/oauth/account', formToken: v.formToken },
  html`${hidden('request', v.request)}
<div class="answers stacked">
<button class="button person" name="decision" value="continue"><span class="unseen">Go on as </span>${v.name && html`<bdi class="identity-name">${v.name}</bdi> `}<bdi>${v.email}</bdi></button>
<button class="button" name="decision" value="other">Use another account</button>
</div>`,
)}`,
  });
}
