import type { Answer } from '../http/answer.ts';
import type { SetCookie } from '../http/cookies.ts';
import { framed } from '../pages/frame.ts';
import { html } from '../pages/html.ts';

/**
 * Send the browser of a form on to a provider. Not by a redirect: Chromium would hold the form's page to naming every
 * host that the provider redirects to in its turn (CSP 3 §6.4.2), and nobody knows those. So the form ends here, and
 * the page goes on by itself, or by its link.
 */
export function leavingAnswer(
  { providerName, location }: { readonly providerName: string; readonly location: string },
  cookies: readonly SetCookie[],
): Answer {
  const page = framed({
    heading: `On to ${providerName}`,
    shape: 'narrow',
    body: html`<h1>On to <bdi>${providerName}</bdi></h1>
<p class="lead">You sign in there and come back here afterwards.</p>
<p class="way-on"><a class="button primary" href="${location}">Continue</a></p>
<p class="aside">Rather not? <a href="/account">Go back</a></p>`,
  });
  return { status: 200, html: page, headers: { refresh: `0;url=${location}` }, cookies };
}
