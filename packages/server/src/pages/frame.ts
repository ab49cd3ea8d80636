import { type Html, html, render } from './html.ts';
import { favicon, mark } from './icons.ts';

/** The inside of a page. */
export interface Content {
  readonly heading: string;
  /** `narrow`: one card in the middle; `wide`: a page of sections. */
  readonly shape: 'narrow' | 'wide';
  /** The page shows a problem; the tab says so first, where a screen reader begins. */
  readonly hasProblem?: boolean;
  /** The signed-in person; the header then greets and offers to sign out. */
  readonly person?: { readonly name: string; readonly formToken: string };
  /** Paths of module scripts of this origin; whoever answers with the page lets them run (CSP `script-src`). */
  readonly scripts?: readonly string[] | undefined;
  readonly body: Html;
}

/** The whole document around a page's content. */
export function framed(content: Content): string {
  return render(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${content.hasProblem && 'Problem: '}${content.heading} · Argus</title>
<link rel="icon" href="${favicon}">
<link rel="stylesheet" href="/assets/argus.css">
${content.scripts?.map(
  (path) => html`<script type="module" src="${path}"></script>
`,
)}</head>
<body class="${content.shape}">
<a class="skip" href="#main">Skip to the content</a>
${header(content)}
<main id="main" tabindex="-1">
${content.body}
</main>
<footer><p>Argus keeps watch over your sessions.</p></footer>
</body>
</html>
`);
}

function header({ person }: Content): Html {
  const brand = html`${mark}<span>Argus</span>`;
  if (!person) return html`<header><p class="brand">${brand}</p></header>`;
  return html`<header>
<a class="brand" href="/account">${brand}</a>
<form class="who" method="post" action="/sign-out">
<input type="hidden" name="formToken" value="${person.formToken}">
<bdi class="who-name">${person.name}</bdi>
<button class="button quiet">Sign out</button>
</form>
</header>`;
}
