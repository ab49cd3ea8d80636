import { framed } from './frame.ts';
import { html } from './html.ts';

export interface MessageView {
  readonly title: string;
  readonly message: string;
  /** A way on; `href` is a path of this origin. */
  readonly action?: { readonly href: string; readonly label: string } | undefined;
}

/** One message and a way on: for errors, dead links and the like. */
export function messagePage(v: MessageView): string {
  return framed({
    heading: v.title,
    shape: 'narrow',
    body: html`<h1>${v.title}</h1>
<p class="lead">${v.message}</p>
${v.action && html`<p class="way-on"><a class="button primary" href="${localPath(v.action.href)}">${v.action.label}</a></p>`}`,
  });
}

/** A path of this origin, else the start page: no message may lead elsewhere (CWE-601) or run script. */
export function localPath(href: string): string {
  return /^\/(?![/\\])[^\\\p{Cc}]*$/u.test(href) ? href : '/';
}
