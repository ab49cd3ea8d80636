import type { ListedSession } from '@argus/contract';
import type { AccountView, CurrentSession } from './account-view.ts';
import { postForm } from './form.ts';
import { type Html, html } from './html.ts';
import { deviceIcon } from './icons.ts';
import { instantOf, timeAbsolute, timeBoth, timeRelative } from './times.ts';
import { deviceWords, methodsWords } from './words.ts';

/** The session that reads this page: which device, since when, and why it ends when it ends. */
export function thisSessionSection(current: CurrentSession, now: string): Html {
  return html`<section id="this-session" class="this-session" aria-labelledby="this-session-heading">
<h2 id="this-session-heading">This session</h2>
<div class="device">
<span class="device-icon">${deviceIcon(current.device.type)}</span>
<p class="device-name"><bdi>${deviceWords(current.device)}</bdi> <span class="badge strong">This device</span>${current.bound && html` <span class="badge">Bound to this device</span>`}</p>
</div>
<dl class="facts">
<div><dt>Signed in</dt> <dd>${timeBoth(current.createdAt, now)}${current.amr.length > 0 && html` <span class="more">with ${methodsWords(current.amr)}</span>`} <span class="more">from <span class="address">${current.location.ip}</span></span></dd></div>
${ends(current, now)}
${apps(current.clients)}
</dl>
</section>`;
}

function ends(current: CurrentSession, now: string): Html {
  const [idle, absolute] = [instantOf(current.idleExpiresAt), instantOf(current.absoluteExpiresAt)];
  const atLatest = html`<div><dt>Ends at the latest</dt> <dd>${timeBoth(current.absoluteExpiresAt, now)}</dd></div>`;
  if (idle !== null && absolute !== null && idle < absolute) {
    return html`<div><dt>Ends if you do nothing</dt> <dd>${timeBoth(current.idleExpiresAt, now)} <span class="more">${limit(current)}</span></dd></div>
${atLatest}`;
  }
  return html`<div><dt>Ends, even while in use</dt> <dd>${timeBoth(current.absoluteExpiresAt, now)} <span class="more">${limit(current)}</span></dd></div>`;
}

function limit(current: CurrentSession): Html {
  return html`by the ${current.limitedBy}`;
}

/** The live sessions elsewhere, each with its own way to end it. */
export function otherSessionsSection(v: AccountView): Html {
  const others = v.sessions.filter((session) => !session.current);
  const hasOthers = others.length > 0 || v.nextCursor !== null;
  return html`<section id="other-sessions" aria-labelledby="other-sessions-heading">
<h2 id="other-sessions-heading">Other sessions</h2>
${
  others.length > 0
    ? html`<ul class="rows sessions">
${others.map((session) => sessionRow(session, v))}
</ul>`
    : html`<p class="empty">You are signed in nowhere else.</p>`
}
${v.nextCursor !== null && html`<p class="next"><a href="/account?cursor=${encodeURIComponent(v.nextCursor.toWellFormed())}#other-sessions">Show more sessions</a></p>`}
<div class="sweeping">
${
  hasOthers &&
  html`<div><p><strong>Something you do not recognise?</strong> End all others, then change your password.</p>
${postForm({ action: '/account/end-others', formToken: v.formToken, class: 'act' }, html`<button class="button">End all others</button>`)}</div>`
}
<div><p>Sign out everywhere, in this browser too.</p>
${postForm({ action: '/account/end-all', formToken: v.formToken, class: 'act' }, html`<button class="button grave">Sign out everywhere</button>`)}</div>
</div>
</section>`;
}

function sessionRow(session: ListedSession, v: AccountView): Html {
  const action = `/account/sessions/${encodeURIComponent(session.id.toWellFormed())}/end`;
  return html`<li>
<span class="device-icon">${deviceIcon(session.device.type)}</span>
<h3 class="row-name"><bdi>${deviceWords(session.device)}</bdi></h3>
<dl class="facts">
<div><dt>Last active</dt> <dd>${timeRelative(session.lastActiveAt, v.now)}</dd></div>
<div><dt>Signed in</dt> <dd>${timeAbsolute(session.createdAt)}</dd></div>
<div><dt>From</dt> <dd><span class="address">${session.location.ip}</span></dd></div>
${apps(session.clients)}
</dl>
${postForm(
  { action, formToken: v.formToken, class: 'act' },
  html`<button class="button">End<span class="unseen"> the session of <bdi>${deviceWords(session.device)}</bdi>, signed in ${timeAbsolute(session.createdAt)}</span></button>`,
)}
</li>`;
}

// Argus's own pages are where this is read; naming them would say nothing.
function apps(clients: readonly string[]): Html | undefined {
  const named = clients.filter((client) => client !== 'argus');
  if (named.length === 0) return undefined;
  return html`<div class="apps"><dt>Signed in to</dt> <dd>${named.map((client, index) => html`${index > 0 && ', '}<bdi>${client}</bdi>`)}</dd></div>`;
}
