import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether an unsafe request came from one of our own pages: the browser says so by `Sec-Fetch-Site`, or, where it
 * does not send that, by an `Origin` on the list. No word at all is no: nothing but our pages has business here.
 */
export function isOwnPage(headers: IncomingHttpHeaders, origins: readonly string[]): boolean {
  const site = headers['sec-fetch-site'];
  const origin = headers.origin;
  // A page with no-referrer sends `Origin: null` with its forms; then the fetch metadata alone decides.
  const isKnown = origin !== undefined && origins.includes(origin);
  if (site !== undefined)
    return site === 'same-origin' && (origin === undefined || origin === 'null' || isKnown);
  return isKnown;
}
