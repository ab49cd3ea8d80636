import { framed } from './frame.ts';
import { html } from './html.ts';

/** The end of a form that leads on to an application; the link is for browsers that do not go by themselves. */
export function goingOnPage({ href }: { readonly href: string }): string {
  return framed({
    heading: 'Going on',
    shape: 'narrow',
    body: html`<h1>Going on to the application</h1>
<p class="lead">One moment, please.</p>
<p class="way-on"><a class="button primary" href="${href}">Go on</a></p>`,
  });
}
