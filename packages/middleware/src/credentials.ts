import { cookieNames } from '@argus/contract';
import type { TokenSource } from './principal.ts';
import { type RefusalReason, type Refused, refused } from './refused.ts';
import type { RequestParts } from './request-parts.ts';
import type { Settings } from './settings.ts';

export interface Credentials {
  readonly ok: true;
  readonly source: TokenSource;
  /** Not looked at yet: any text. */
  readonly token: string;
}

/** `token` is the text after the scheme, empty where none of ours was sent. */
interface Authorization {
  readonly scheme: 'none' | 'dpop' | 'bearer' | 'repeated';
  readonly token: string;
}

/**
 * The one access token a request carries. Two tokens are refused, since two readers of the same request could
 * take different ones (RFC 6750 §2). A token in the URL is never taken (RFC 9700 §4.3.2).
 */
export function readCredentials(
  parts: RequestParts,
  { cookies: acceptCookies, dpop }: Pick<Settings, 'cookies' | 'dpop'>,
): Credentials | Refused {
  const authorization = readAuthorization(parts.header('authorization'));
  if (authorization.scheme === 'repeated') return refused('invalid_request', 'repeated-credentials');
  const cookies = acceptCookies ? cookieValues(parts.header('cookie'), cookieNames.access) : [];
  if (cookies.length > 1) return refused('invalid_request', 'repeated-credentials');
  const [cookie] = cookies;
  const hasCookie = cookie !== undefined && cookie !== '';
  if (authorization.scheme === 'none') {
    return hasCookie
      ? { ok: true, source: 'cookie', token: cookie }
      : refused('missing_token', whyNone(parts));
  }
  if (hasCookie) return refused('ambiguous_credentials', 'bearer-and-cookie');
  const { scheme: source, token } = authorization;
  if (source === 'dpop' && dpop === null) return refused('missing_token', 'unsupported-scheme');
  if (source === 'bearer' && dpop?.mode === 'required') {
    return { ...refused('invalid_token', 'dpop-required'), source };
  }
  return { ok: true, source, token };
}

/** At most the first two values of a cookie: one is used, two are refused. Source: RFC 6265 §4.2.1. */
export function cookieValues(header: string | undefined, name: string): string[] {
  const values: string[] = [];
  if (header === undefined || !header.includes(name)) return values;
  const prefix = `${name}=`;
  for (let start = 0; start < header.length && values.length < 2; ) {
    while (header.charCodeAt(start) === 32) start++;
    const semicolon = header.indexOf(';', start);
    const end = semicolon === -1 ? header.length : semicolon;
    if (header.startsWith(prefix, start)) values.push(header.slice(start + prefix.length, end).trimEnd());
    start = end + 1;
  }
  return values;
}

const secondToken = /,[ \t]*(?:bearer|dpop)(?:[ \t]|$)/i;

/** RFC 6750 §2.1, RFC 9449 §7.1, RFC 9110 §11.6.2. Other schemes are somebody else's business, unless a token follows them. */
function readAuthorization(header: string | undefined): Authorization {
  if (header === undefined) return { scheme: 'none', token: '' };
  const space = header.indexOf(' ');
  switch ((space === -1 ? header : header.slice(0, space)).toLowerCase()) {
    // Literals, because a string made by the way is compared letter by letter wherever it goes.
    case 'bearer':
      return tokenAfter(header, space, 'bearer');
    case 'dpop':
      return tokenAfter(header, space, 'dpop');
    default:
      return { scheme: secondToken.test(header) ? 'repeated' : 'none', token: '' };
  }
}

function tokenAfter(header: string, space: number, scheme: 'bearer' | 'dpop'): Authorization {
  const rest = space === -1 ? '' : header.slice(space + 1);
  const token = rest.charCodeAt(0) === 32 ? rest.trimStart() : rest;
  return token.includes(',') ? { scheme: 'repeated', token: '' } : { scheme, token };
}

function whyNone(parts: RequestParts): RefusalReason {
  return /[?&]access_token=/.test(parts.url) ? 'token-in-query' : 'no-credentials';
}
