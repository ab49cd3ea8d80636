import type { GatewayParts } from './verdict.ts';

/**
 * Whether a person waits for this answer in a window, and not a script: pages cannot set Sec-Fetch-Mode. Browsers
 * without it are told by what they accept.
 */
export function isNavigation(parts: Pick<GatewayParts, 'header'>): boolean {
  const mode = parts.header('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate';
  return parts.header('accept')?.includes('text/html') ?? false;
}

/** Whether the answer to a navigation may lead elsewhere and back by itself (RFC 9110 §9.2.1). */
export function isPageLoad(parts: GatewayParts): boolean {
  return isNavigation(parts) && (parts.method === 'GET' || parts.method === 'HEAD');
}

/** The answer to such a request often has no room for new cookies, so it is none to renew them by (RFC 6455 §4.2.2). */
export function isOpeningSocket(parts: Pick<GatewayParts, 'header'>): boolean {
  return parts.header('upgrade')?.toLowerCase() === 'websocket';
}

/** What the browser says of itself; no proof of anything, but a copied cookie often sits in another one. */
export function browserOf(parts: Pick<GatewayParts, 'header'>): string {
  return (parts.header('user-agent') ?? '').slice(0, 300);
}
