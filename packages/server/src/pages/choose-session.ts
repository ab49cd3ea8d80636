import type { ListedSession, RefusalCode } from '@argus/contract';
import { carrying } from './carrying.ts';
import { hidden, postForm, problemSummary } from './form.ts';
import { framed } from './frame.ts';
import { type Html, html } from './html.ts';
import { deviceIcon } from './icons.ts';
import { problemOf } from './problem-words.ts';
import { timeRelative } from './times.ts';
import { deviceWords } from './words.ts';

export interface ChooseSessionView {
  readonly formToken: string;
  /** The sealed authorization request that waits for this sign-in. */
  readonly request?: string | undefined;
  readonly returnTo: string;
  readonly clientName?: string | undefined;
  readonly sessions: readonly ListedSession[];
  /** How many of them have to end. */
  readonly toEnd: number;
  readonly refusal?: RefusalCode | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** RFC 3339; what "3 minutes ago" is counted from. */
  readonly now: string;
}

/** Which session makes room for this sign-in: `POST /sign-in/choose-session` with `endSessionId`. */
export function chooseSessionPage(v: ChooseSessionView): string {
  const heading = 'End a session to go on';
  const asked = { page: 'choose-session', retryAfterSeconds: v.retryAfterSeconds } as const;
  const problem = v.refusal && problemOf(v.refusal, asked);
  return framed({
    heading,
    shape: 'narrow',
    hasProblem: problem !== undefined,
    body: html`<h1>${heading}</h1>
<p class="lead">You are signed in on as many devices as you may be. ${what(v.toEnd)}${v.clientName && html` to <strong><bdi>${v.clientName}</bdi></strong>`}.</p>
${problemSummary(problem)}
${postForm(
  { action: '/sign-in/choose-session', formToken: v.formToken },
  html`${hidden('request', v.request)}${hidden('returnTo', v.returnTo)}
<ul class="rows choices">
${v.sessions.map((session) => choice(session, v.now))}
</ul>`,
)}
<p class="aside"><a href="${carrying('/sign-in', { request: v.request })}">Cancel this sign-in</a></p>`,
  });
}

function what(toEnd: number): string {
  return toEnd === 1
    ? 'Choose the session that ends, and this sign-in goes on'
    : `${toEnd} sessions have to end, one after the other, before this sign-in goes on`;
}

function choice({ id, device, location, lastActiveAt, createdAt }: ListedSession, now: string): Html {
  return html`<li>
<span class="device-icon">${deviceIcon(device.type)}</span>
<h2 class="row-name"><bdi>${deviceWords(device)}</bdi></h2>
<dl class="facts">
<div><dt>Last active</dt> <dd>${timeRelative(lastActiveAt, now)}</dd></div>
<div><dt>Signed in</dt> <dd>${timeRelative(createdAt, now)}</dd></div>
<div><dt>From</dt> <dd><span class="address">${location.ip}</span></dd></div>
</dl>
<p class="act"><button class="button" name="endSessionId" value="${id}">End<span class="unseen"> the session of <bdi>${deviceWords(device)}</bdi>, last active ${timeRelative(lastActiveAt, now)}</span></button></p>
</li>`;
}
