import { applicationsSection, providersSection } from './account-connected.ts';
import { eventsSection, historySection } from './account-past.ts';
import { otherSessionsSection, thisSessionSection } from './account-sessions.ts';
import type { AccountNotice, AccountView } from './account-view.ts';
import {
  accountForPasswordManagers,
  field,
  newPasswordHint,
  noticeBanner,
  postForm,
  problemSummary,
} from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { type Problem, problemOf } from './problem-words.ts';

/** The person's own page: sessions, password, and what happened to the account. */
export function accountPage(v: AccountView): string {
  const problem = v.refusal && problemOf(v.refusal, { page: 'account', minLength: v.minLength });
  const isAboutPassword = problem !== undefined && problem.fields.length > 0;
  return framed({
    heading: 'Your account',
    shape: 'wide',
    hasProblem: problem !== undefined,
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
${hasProviders(v) && providersSection(v)}
${passwordSection(v, isAboutPassword ? problem : undefined)}
${historySection(v.history, v.now)}
${eventsSection(v.events, v.now)}
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
${hasProviders(v) && html`<li><a href="#providers">Connected providers</a></li>`}
<li><a href="#password">Password</a></li>
<li><a href="#ended-sessions">Ended sessions</a></li>
<li><a href="#security-events">Security events</a></li>
</ul>
</nav>`;
}

function identity(user: AccountView['user']): Html {
  return html`<p class="identity">${user.name && html`<bdi class="identity-name">${user.name}</bdi> `}<bdi>${user.email}</bdi>${user.roles.map(
    (role) => html` <span class="badge"><bdi>${role === 'admin' ? 'Administrator' : role}</bdi></span>`,
  )}</p>`;
}

function passwordSection(v: AccountView, problem: Problem | undefined): Html {
  if (v.hasPassword === false) return noPasswordSection;
  const retriesNew = problem?.fields.includes('newPassword') ?? false;
  return html`<section id="password" aria-labelledby="password-heading">
<h2 id="password-heading">Change password</h2>
<p class="lead">All your other sessions end when the password changes.</p>
${problemSummary(problem)}
${postForm(
  { action: '/account/password', formToken: v.formToken },
  html`${accountForPasswordManagers(v.user.email)}
${field({ name: 'currentPassword', label: 'Current password', type: 'password', autocomplete: 'current-password', maxLength: 1024, isFirst: problem !== undefined && !retriesNew }, problem)}
${field({ name: 'newPassword', label: 'New password', type: 'password', autocomplete: 'new-password', hint: newPasswordHint(v.minLength), minLength: v.minLength, maxLength: 1024, isFirst: retriesNew }, problem)}
<button class="button primary">Change password</button>`,
)}
</section>`;
}

const noPasswordSection: Html = html`<section id="password" aria-labelledby="password-heading">
<h2 id="password-heading">Password</h2>
<p class="empty">Your account has no password. You sign in with a connected provider.</p>
</section>`;
