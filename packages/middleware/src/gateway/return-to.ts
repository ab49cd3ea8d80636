const longestPath = 1024;
/** What some reader on the way takes for a slash, or leaves out (RFC 3986 §2.1, WHATWG URL: tab and line breaks vanish). */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const treacherous = /[\u0000-\u0020\u007f-\u009f\u2028\u2029\ufeff\\]/;
const encodedSlash = /^\/+(?:\.{1,2}\/+)*(?:%2f|%5c|%09|%0a|%0d|%00)/i;

/**
 * A path of this host with its query and fragment as browsers read it, or undefined for everything that could lead
 * elsewhere (RFC 9700 §4.11: an open redirector takes codes and people along).
 */
export function localPath(text: string, origin: string): string | undefined {
  if (text.length > longestPath || !text.startsWith('/') || text.startsWith('//')) return undefined;
  if (treacherous.test(text) || encodedSlash.test(text)) return undefined;
  const url = URL.parse(text, origin);
  if (url === null || url.origin !== origin || url.username !== '' || url.password !== '') return undefined;
  // `/.//evil.example` becomes `//evil.example`, which is another host to the next reader.
  if (url.pathname.startsWith('//') || encodedSlash.test(url.pathname)) return undefined;
  return `${url.pathname}${url.search}${url.hash}`;
}

/** Where a person goes on: what was asked for if it is a page of the application, else its front page. */
export function returnPath(
  text: string | null | undefined,
  { origin, basePath }: { readonly origin: string; readonly basePath: string },
): string {
  const path = text ? localPath(text, origin) : undefined;
  if (path === undefined) return '/';
  const isOwn = path === basePath || path.startsWith(`${basePath}/`);
  // Back to one of the gateway's own paths would lead round in a circle, but for the end of a step-up's window.
  return isOwn && !path.startsWith(`${basePath}/step-up/done`) ? '/' : path;
}
