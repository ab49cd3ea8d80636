import { type Html, html, render } from './html.ts';
import { favicon, mark } from './icons.ts';

/** What every page needs from the request that asked for it. */
export interface PageFrame {
  /** The nonce of this answer's Content-Security-Policy. */
  readonly nonce: string;
  /** Title of the browser tab; absent: the page's own heading. */
  readonly title?: string | undefined;
  /** The signed-in person; the header then greets and offers to sign out. */
  readonly person?: { readonly name: string; readonly csrf: string } | undefined;
}

/** The inside of a page. */
export interface Content {
  readonly heading: string;
  /** `narrow`: one card in the middle; `wide`: a page of sections. */
  readonly shape: 'narrow' | 'wide';
  /** The page shows a problem; the tab says so first, where a screen reader begins. */
  readonly hasProblem?: boolean;
  readonly body: Html;
}

/** The whole document around a page's content. */
export function framed(frame: PageFrame, content: Content): string {
  const title = frame.title || content.heading;
  return render(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${content.hasProblem && 'Problem: '}${title} · Argus</title>
<link rel="icon" href="${favicon}">
<link rel="stylesheet" href="/assets/argus.css" nonce="${frame.nonce}">
</head>
<body class="${content.shape}">
<a class="skip" href="#main">Skip to the content</a>
${header(frame)}
<main id="main" tabindex="-1">
${content.body}
</main>
<footer><p>Argus keeps watch over your sessions.</p></footer>
</body>
</html>
`);
}

function header(frame: PageFrame): Html {
  const brand = html`${mark}<span>Argus</span>`;
  if (!frame.person) return html`<header><p class="brand">${brand}</p></header>`;
  return html`<header>
<a class="brand" href="/account">${brand}</a>
<form class="who" method="post" action="/sign-out">
<input type="hidden" name="formToken" value="${frame.person.csrf}">
<bdi class="who-name">${frame.person.name}</bdi>
<button class="button quiet">Sign out</button>
</form>
</header>`;
}
