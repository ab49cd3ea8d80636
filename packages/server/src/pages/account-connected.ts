import type { AccountView, AllowedApplication, ConnectedIdentity } from './account-view.ts';
import { hidden, postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { providerButtons } from './provider-buttons.ts';
import { timeAbsolute, timeBoth } from './times.ts';

/** The applications that the person has let in, each with what it may do and a way to withdraw it. */
export function applicationsSection(v: AccountView): Html | undefined {
  const { applications, nextApplications: next } = v;
  if (!applications) return undefined;
  return html`<section id="applications" aria-labelledby="applications-heading">
<h2 id="applications-heading">Applications</h2>
${
  applications.length > 0
    ? html`<p class="lead">You allowed these to act for you. Withdrawing ends all that they hold at once.</p>
<ul class="rows connected">
${applications.map((application) => applicationRow(application, v))}
</ul>`
    : html`<p class="empty">You have not allowed any application to use your account.</p>`
}
${next && html`<p class="next"><a href="/account?applications=${encodeURIComponent(next.toWellFormed())}#applications">Show more applications</a></p>`}
</section>`;
}

function applicationRow({ client, scopes, since, until }: AllowedApplication, v: AccountView): Html {
  const action = `/account/applications/${encodeURIComponent(client.id.toWellFormed())}/withdraw`;
  return html`<li>
<h3 class="row-name"><bdi>${client.name}</bdi>${!client.isVerified && html` <span class="badge doubtful">Not verified</span>`}</h3>
<ul class="points">
${scopes.map(({ sentence }) => html`<li>${sentence}</li>`)}
</ul>
<dl class="facts">
<div><dt>Allowed</dt> <dd>${timeBoth(since, v.now)}</dd></div>
<div><dt>Asks again</dt> <dd>${nextQuestion(until, v.now)}</dd></div>
</dl>
${postForm(
  { action, formToken: v.formToken, class: 'act' },
  html`<button class="button">Withdraw<span class="unseen"> the access of <bdi>${client.name}</bdi></span></button>`,
)}
</li>`;
}

function nextQuestion(until: string | null, now: string): Html | string {
  if (until === null) return 'never';
  // Both come from the server in the same form, in which text order is time order.
  return until <= now ? 'the next time you use it' : timeBoth(until, now);
}

/** Who the person is elsewhere, and what else could be connected. */
export function providersSection(v: AccountView): Html {
  const { identities = [], providers = [], formToken } = v;
  return html`<section id="providers" aria-labelledby="providers-heading">
<h2 id="providers-heading">Connected providers</h2>
${
  identities.length > 0
    ? html`<p class="lead">You can sign in with these instead of a password.</p>
<ul class="rows connected">
${identities.map((identity) => identityRow(identity, v))}
</ul>`
    : html`<p class="empty">No provider is connected. Connect one to sign in with it.</p>`
}
${providerButtons({ providers, verb: 'Connect', isAlone: true, formToken, fields: { purpose: 'link' } })}
</section>`;
}

function identityRow(identity: ConnectedIdentity, v: AccountView): Html {
  const { providerName, email, linkedAt, lastUsedAt, isOnlyWay } = identity;
  return html`<li>
<h3 class="row-name"><bdi>${providerName}</bdi></h3>
${email !== null && html`<p class="row-reason"><bdi>${email}</bdi></p>`}
<dl class="facts">
<div><dt>Last used</dt> <dd>${timeBoth(lastUsedAt, v.now)}</dd></div>
<div><dt>Connected</dt> <dd>${timeAbsolute(linkedAt)}</dd></div>
</dl>
${isOnlyWay ? html`<p class="act only-way">Your only way to sign in</p>` : disconnectForm(identity, v)}
</li>`;
}

function disconnectForm({ issuer, subject, providerName, email }: ConnectedIdentity, v: AccountView): Html {
  return postForm(
    { action: '/account/identities/disconnect', formToken: v.formToken, class: 'act' },
    html`${hidden('issuer', issuer)}${hidden('subject', subject)}
<button class="button">Disconnect<span class="unseen"> <bdi>${providerName}</bdi>${email !== null && html`, <bdi>${email}</bdi>`}</span></button>`,
  );
}
