import type { AccountView } from './account-view.ts';
import { field, postForm } from './form.ts';
import { type Html, html } from './html.ts';

/** The address of the account: whether it is proved, and how to change it. */
export function emailSection(v: AccountView): Html | undefined {
  if (v.isEmailVerified === undefined) return undefined;
  return html`<section id="email-address" aria-labelledby="email-address-heading">
<h2 id="email-address-heading">E-mail address</h2>
<p class="lead">You sign in with it, and we write to it when something about your account changes.</p>
<p class="address-now"><bdi>${v.user.email}</bdi> ${v.isEmailVerified ? html`<span class="badge">Confirmed</span>` : html`<span class="badge doubtful">Not confirmed</span>`}</p>
${!v.isEmailVerified && askForConfirmation(v)}
${postForm(
  { action: '/account/email', formToken: v.formToken },
  html`${field({ name: 'email', label: 'New e-mail address', type: 'email', autocomplete: 'email', hint: 'We send a link there. Your address changes when you open it.', maxLength: 254 })}
<button class="button primary">Change e-mail address</button>`,
)}
</section>`;
}

function askForConfirmation({ formToken }: AccountView): Html {
  return html`<div class="offer"><p>We sent a link to this address. Open it to show that the address is yours.</p>
${postForm(
  { action: '/account/email/verify', formToken, class: 'act' },
  html`<button class="button">Send the link again</button>`,
)}</div>`;
}
