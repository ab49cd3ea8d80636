import type { AccountView } from './account-view.ts';
import { ofKind } from './authenticator-kinds.ts';
import { accountForPasswordManagers, field, postForm, problemSummary } from './form.ts';
import { type Html, html } from './html.ts';
import { newPasswordField } from './new-password.ts';
import type { Problem } from './problem-words.ts';
import { timeBoth } from './times.ts';

/** Change the password: `POST /account/password`. */
export function passwordSection(v: AccountView, problem: Problem | undefined): Html {
  if (v.hasPassword === false) return noPassword;
  const retriesNew = problem?.fields.includes('newPassword') ?? false;
  return html`<section id="password" aria-labelledby="password-heading">
<h2 id="password-heading">Change password</h2>
<p class="lead">All your other sessions end when the password changes.</p>
${lastChange(v)}
${problemSummary(problem)}
${postForm(
  { action: '/account/password', formToken: v.formToken },
  html`${accountForPasswordManagers(v.user.email)}
${field({ name: 'currentPassword', label: 'Current password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: problem !== undefined && !retriesNew }, problem)}
${newPasswordField({ name: 'newPassword', label: 'New password', rule: v.rule, isFirst: retriesNew }, problem)}
<button class="button primary">Change password</button>`,
)}
</section>`;
}

function lastChange({ authenticators = [], now }: AccountView): Html | undefined {
  const [password] = ofKind(authenticators, 'password');
  return (
    password &&
    html`<dl class="facts"><div><dt>Last changed</dt> <dd>${timeBoth(password.changedAt, now)}</dd></div></dl>`
  );
}

const noPassword: Html = html`<section id="password" aria-labelledby="password-heading">
<h2 id="password-heading">Password</h2>
<p class="empty">Your account has no password. You sign in with another of the ways above.</p>
</section>`;
