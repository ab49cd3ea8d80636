import { framed } from './frame.ts';
import { html } from './html.ts';

/** Where a step-up ends that an application opened in a window of its own (`returnTo` of `/step-up`). */
export const windowEnd = '/step-up/done';

/** For `scripts` of a page in such a window. */
export const windowScripts: readonly string[] = ['/assets/window.js'];

/** Whether a page with this `returnTo` stands in a window of its own. */
export function isInWindow(returnTo: string | undefined): boolean {
  return returnTo?.split(/[?#]/)[0] === windowEnd;
}

/** The end of it. The script tells the application and closes the window; without one, the person does. */
export function windowEndPage(): string {
  return framed({
    heading: 'Done',
    shape: 'narrow',
    scripts: windowScripts,
    body: html`<h1 data-done>That is done</h1>
<p class="lead">You can close this window and go on where you were.</p>`,
  });
}
