import { framed } from './frame.ts';
import { html } from './html.ts';

export interface AuthorizationErrorView {
  /** The HTTP status of the answer. */
  readonly status: number;
  readonly title: string;
  readonly sentence: string;
  readonly clientName?: string | undefined;
}

/** A request that cannot be answered to whoever sent it, because nobody knows where to (RFC 6749 §4.1.2.1). */
export function authorizationErrorPage(v: AuthorizationErrorView): string {
  return framed({
    heading: v.title,
    shape: 'narrow',
    hasProblem: true,
    body: html`<h1>${v.title}</h1>
<p class="lead">${v.sentence}</p>
${v.clientName && html`<p>You were sent here by <strong><bdi>${v.clientName}</bdi></strong>.</p>`}
<p>${v.status < 500 ? 'This is not your mistake, and nothing was given away. Go back to the application and begin again there; if it stays like this, tell the people who run it.' : 'This is not your mistake, and nothing was given away. Go back and try again in a moment.'}</p>`,
  });
}
