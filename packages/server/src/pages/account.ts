import type { AdministrativeRole } from '@argus/contract';
import { authenticatorsSection } from './account-authenticators.ts';
import { applicationsSection, providersSection } from './account-connected.ts';
import { emailSection } from './account-email.ts';
import { dataSection } from './account-erasure.ts';
import { passwordSection } from './account-password.ts';
import { eventsSection, historySection } from './account-past.ts';
import { otherSessionsSection, thisSessionSection } from './account-sessions.ts';
import type { AccountNotice, AccountView } from './account-view.ts';
import { noticeBanner, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { strengthScripts } from './new-password.ts';
import { passkeyScripts } from './passkey-form.ts';
import { problemOf } from './problem-words.ts';

/** The person's own page: sessions, password, and what happened to the account. */
export function accountPage(v: AccountView): string {
  const problem = v.refusal && problemOf(v.refusal, { page: 'account', minLength: v.rule.minLength });
  const isAboutPassword = problem !== undefined && problem.fields.length > 0;
  return framed({
    heading: 'Your account',
    shape: 'wide',
    hasProblem: problem !== undefined,
    scripts: [
      ...(v.authenticators ? passkeyScripts : []),
      ...(v.hasPassword === false ? [] : strengthScripts),
    ],
    person: { name: v.user.name ?? v.user.email, formToken: v.formToken },
    body: html`<div class="title">
<h1>Your account</h1>
${identity(v.user)}
</div>
${isAboutPassword ? undefined : (problemSummary(problem) ?? noticeBanner(v.notice && notices[v.notice]))}
<div class="columns">
${contents(v)}
<div class="sections">
${thisSessionSection(v.current, v.now)}
${otherSessionsSection(v)}
${applicationsSection(v)}
${authenticatorsSection(v)}
${hasProviders(v) && providersSection(v)}
${passwordSection(v, isAboutPassword ? problem : undefined)}
${emailSection(v)}
${historySection(v.history, v.now)}
${eventsSection(v.events, v.now)}
${dataSection(v)}
</div>
</div>`,
  });
}

const notices: Readonly<Record<AccountNotice, string>> = {
  'session-ended': 'The session has ended.',
  'others-ended': 'All your other sessions have ended.',
  'application-withdrawn': 'The application’s access is withdrawn, and what it held has ended.',
  'provider-connected': 'The provider is connected. You can sign in with it from now on.',
  'provider-disconnected': 'The provider is disconnected. You can no longer sign in with it.',
  'password-changed': 'Your password is changed, and all your other sessions have ended.',
  'passkey-added': 'The passkey is added. You can sign in with it from now on.',
  'passkey-removed': 'The passkey is removed. You can no longer sign in with it.',
  'authenticator-renamed': 'The name is changed.',
  'totp-added': 'The authenticator app is set up. From now on its codes are asked for when you sign in.',
  'totp-removed': 'The authenticator app is removed. Its codes are no longer taken.',
  'codes-kept': 'Your new recovery codes count from now on, and no others.',
  'email-verified': 'Your e-mail address is confirmed.',
  'email-changed': 'Your e-mail address is changed.',
  'verification-sent': 'We sent a link to your address. Open it to confirm the address.',
  'email-change-sent':
    'We sent a link to the new address. Until you open it, the address that you have goes on.',
};

function hasProviders({ identities = [], providers = [] }: AccountView): boolean {
  return identities.length > 0 || providers.length > 0;
}

function contents(v: AccountView): Html {
  return html`<nav class="contents" aria-label="On this page">
<ul>
<li><a href="#this-session">This session</a></li>
<li><a href="#other-sessions">Other sessions</a></li>
${v.applications && html`<li><a href="#applications">Applications</a></li>`}
${v.authenticators && html`<li><a href="#ways-to-sign-in">Ways to sign in</a></li>`}
${hasProviders(v) && html`<li><a href="#providers">Connected providers</a></li>`}
<li><a href="#password">Password</a></li>
${v.isEmailVerified !== undefined && html`<li><a href="#email-address">E-mail address</a></li>`}
<li><a href="#ended-sessions">Ended sessions</a></li>
<li><a href="#security-events">Security events</a></li>
<li><a href="#your-data">Your data</a></li>
</ul>
</nav>`;
}

const roleTitles: Readonly<Record<AdministrativeRole, string>> = {
  owner: 'Owner',
  admin: 'Administrator',
  'security-analyst': 'Security analyst',
  'help-desk': 'Help desk',
  auditor: 'Auditor',
};

/** An application's role is shown under the name that it gave it. */
function roleTitle(role: string): string {
  return Object.hasOwn(roleTitles, role) ? roleTitles[role as AdministrativeRole] : role; // its own key
}

function identity(user: AccountView['user']): Html {
  return html`<p class="identity">${user.name && html`<bdi class="identity-name">${user.name}</bdi> `}<bdi>${user.email}</bdi>${user.roles.map(
    (role) => html` <span class="badge"><bdi>${roleTitle(role)}</bdi></span>`,
  )}</p>`;
}
