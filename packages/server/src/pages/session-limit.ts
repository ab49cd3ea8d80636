import { carrying } from './carrying.ts';
import { framed } from './frame.ts';
import { html } from './html.ts';

export interface SessionLimitView {
  /** The sealed authorization request that waits for this sign-in. */
  readonly request?: string | undefined;
  readonly returnTo?: string | undefined;
}

/** There are as many sessions as there may be, and none gives way: where room can be made. */
export function sessionLimitPage({ request, returnTo }: SessionLimitView): string {
  const heading = 'You are signed in on as many devices as you may be';
  return framed({
    heading,
    shape: 'narrow',
    body: html`<h1>${heading}</h1>
<p class="lead">We know that it is you, and nothing is wrong with your account. It just may not be open in one more place.</p>
<p>To sign in here, make room first:</p>
<ul class="advice">
<li>Sign out on a device that you do not need now, or end its session in your account on any device where you are signed in.</li>
<li>A session that nobody uses ends by itself after a while.</li>
<li>You cannot get to any of these devices? Whoever runs this service can end your sessions.</li>
</ul>
<p class="way-on"><a class="button primary" href="${carrying('/sign-in', { request, returnTo })}">Sign in again</a></p>`,
  });
}
