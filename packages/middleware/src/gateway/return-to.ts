const longestPath = 1024;
const encodedSlash = /^\/+(?:\.{1,2}\/+)*(?:%2f|%5c|%09|%0a|%0d|%00)/i;

/**
 * A path of this host with its query and fragment as browsers read it, or undefined for everything that could lead
 * elsewhere (RFC 9700 §4.11: an open redirector takes codes and people along).
 */
export function localPath(text: string, origin: string): string | undefined {
  if (text.length > longestPath || !text.startsWith('/') || text.startsWith('//')) return undefined;
  if ([...text].some(isTreacherous) || encodedSlash.test(text)) return undefined;
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

/** What some reader on the way takes for a slash, or leaves out (WHATWG URL §4.4: tabs and line breaks vanish). */
function isTreacherous(sign: string): boolean {
  const code = sign.codePointAt(0) ?? 0;
  const isControl = code <= 0x20 || (code >= 0x7f && code <= 0x9f);
  return isControl || sign === '\\' || [0x2028, 0x2029, 0xfeff].includes(code);
}
