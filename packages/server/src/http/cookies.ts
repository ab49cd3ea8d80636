import { cookieNames } from '@argus/contract';

export type CookieName = keyof typeof cookieNames;

/** What the browser sent; a cookie that came twice is `ambiguous` and counts as absent. */
export type Cookies = { readonly [Name in CookieName]?: string };

export interface SetCookie {
  readonly name: CookieName;
  /** Null clears it. */
  readonly value: string | null;
  /** Absent: until the browser closes. */
  readonly maxAgeSeconds?: number;
}

const shapes = new Map<string, CookieName>(
  Object.entries(cookieNames).map(([name, full]) => [full, name as CookieName]),
);
const allowedValue = /^[A-Za-z0-9._~-]{1,4000}$/;

/** Read our own cookies (RFC 6265bis §5.6); values of another alphabet or length than ours are not ours. */
export function readCookies(header: string | undefined): Cookies {
  const found = new Map<CookieName, string | null>();
  for (const pair of (header ?? '').split(';', 200)) {
    const at = pair.indexOf('=');
    const name = shapes.get(pair.slice(0, at).trim());
    if (at < 0 || !name) continue;
    const value = pair.slice(at + 1).trim();
    // Two cookies of one name: one of them was planted, and nobody can say which.
    found.set(name, found.has(name) || !allowedValue.test(value) ? null : value);
  }
  return Object.fromEntries([...found].filter(([, value]) => value !== null));
}

/** One `Set-Cookie` line. `Lax`, because links from mail and other sites lead to signed-in pages. */
export function writeCookie({ name, value, maxAgeSeconds }: SetCookie): string {
  const life =
    value === null ? '; Max-Age=0' : maxAgeSeconds === undefined ? '' : `; Max-Age=${maxAgeSeconds}`;
  const line = `${cookieNames[name]}=${value ?? ''}`;
  // Browsers drop larger ones silently (RFC 6265bis §5.6), which would sign people out for no reason they can see.
  if (line.length > 4096) throw new Error(`cookie ${cookieNames[name]} is too large: ${line.length}`);
  return `${line}${life}; Path=/; Secure; HttpOnly; SameSite=Lax`;
}

export const deviceCookieSeconds = 400 * 86_400;
export const attemptCookieSeconds = 3_600;
