import type { RequestParts } from './request-parts.ts';

/** RFC 9110 §9.2.1 without TRACE, which no browser sends. */
const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request that a browser authenticated by cookie may have been started by another site. Sec-Fetch-Site
 * decides when it is there; pages cannot set it. Only without it does an exact, allowed Origin count.
 */
export function isForeign(parts: RequestParts, allowedOrigins: ReadonlySet<string>): boolean {
  if (safeMethods.has(parts.method) && !isWebSocket(parts)) return false;
  const site = parts.header('sec-fetch-site');
  if (site !== undefined) return site !== 'same-origin';
  const origin = parts.header('origin');
  return origin === undefined || !allowedOrigins.has(origin);
}

/** RFC 6455 §10.2: a socket opens by GET from any page, with cookies, and then speaks freely. */
function isWebSocket(parts: RequestParts): boolean {
  return parts.header('upgrade')?.toLowerCase() === 'websocket';
}
