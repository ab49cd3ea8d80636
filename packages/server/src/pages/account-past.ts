import type { ListedSession } from '@argus/contract';
import type { SecurityEvent } from './account-view.ts';
import { type Html, html } from './html.ts';
import { deviceIcon } from './icons.ts';
import { timeAbsolute, timeBoth } from './times.ts';
import { deviceWords, endReasonSentence, toneOfEnd, toneOfEvent } from './words.ts';

/** Sessions that have ended, each with the reason in words. */
export function historySection(history: readonly ListedSession[], now: string): Html {
  return html`<section id="ended-sessions" aria-labelledby="ended-sessions-heading">
<h2 id="ended-sessions-heading">Recently ended sessions</h2>
${
  history.length > 0
    ? html`<ul class="rows past">
${history.map((session) => endedRow(session, now))}
</ul>`
    : html`<p class="empty">No session of yours has ended yet.</p>`
}
</section>`;
}

function endedRow(session: ListedSession, now: string): Html {
  const tone = session.endReason === null ? 'quiet' : toneOfEnd(session.endReason);
  return html`<li class="${tone}">
<span class="device-icon">${deviceIcon(session.device.type)}</span>
<h3 class="row-name"><bdi>${deviceWords(session.device)}</bdi></h3>
<p class="row-reason">${whyEnded(session)}</p>
<dl class="facts">
${session.endedAt !== null && html`<div><dt>Ended</dt> <dd>${timeBoth(session.endedAt, now)}</dd></div>`}
<div><dt>Signed in</dt> <dd>${timeAbsolute(session.createdAt)}</dd></div>
<div><dt>From</dt> <dd><span class="address">${session.location.ip}</span></dd></div>
</dl>
</li>`;
}

function whyEnded({ endReason, madeRoomFor }: ListedSession): Html | string {
  if (madeRoomFor !== null) return html`Ended to make room for a sign-in on <bdi>${madeRoomFor}</bdi>.`;
  return endReason === null ? 'Ended.' : endReasonSentence(endReason);
}

/** What happened to the account, newest first as given. */
export function eventsSection(events: readonly SecurityEvent[], now: string): Html {
  return html`<section id="security-events" aria-labelledby="security-events-heading">
<h2 id="security-events-heading">Recent security events</h2>
${
  events.length > 0
    ? html`<ol class="events">
${events.map((event) => eventRow(event, now))}
</ol>`
    : html`<p class="empty">Nothing has happened yet.</p>`
}
</section>`;
}

function eventRow(event: SecurityEvent, now: string): Html {
  return html`<li class="${toneOfEvent(event.type)}">
<p class="event-sentence">${event.sentence}</p>
<p class="event-when">${timeBoth(event.time, now)}${event.ip !== null && html` <span class="address">from ${event.ip}</span>`}</p>
</li>`;
}
