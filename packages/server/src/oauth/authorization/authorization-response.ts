import type { OAuthError, ResponseMode } from '@argus/contract';
import { type Answer, seeOther } from '../../http/answer.ts';
import type { SetCookie } from '../../http/cookies.ts';
import type { PagePolicy } from '../../http/security-headers.ts';
import { formPostPage } from '../../pages/index.ts';

/** Where an authorization response goes, and how. */
export interface ResponseTarget {
  readonly redirectUri: string;
  readonly responseMode: ResponseMode;
  readonly state: string | null;
}

/** RFC 6749 §4.1.2, with `iss` in every response, errors too (RFC 9207 §2). */
export function authorizationResponse(
  issuer: string,
  target: ResponseTarget,
  said: { readonly code: string } | { readonly error: OAuthError; readonly description: string },
  cookies: readonly SetCookie[] = [],
): Answer {
  const fields: Record<string, string> = {
    ...('code' in said ? { code: said.code } : { error: said.error, error_description: said.description }),
    ...(target.state === null ? {} : { state: target.state }),
    iss: issuer,
  };
  if (target.responseMode === 'query') return seeOther(withQuery(target.redirectUri, fields), cookies);
  const { html, scriptHash } = formPostPage({ action: target.redirectUri, fields });
  return { status: 200, html, cookies, csp: { ...postingTo(target.redirectUri), scriptHash } };
}

/** The policy of a page whose form may end in a redirect to an app of the device. Those to the web end at a page of ours. */
export function leadingTo(redirectUri: string): PagePolicy {
  const { protocol } = new URL(redirectUri);
  return isOfWeb(protocol) ? {} : { formAction: [protocol] };
}

/** The one form of this page goes to the client, and the client's answer may lead anywhere (CSP 3 §6.4.2). */
function postingTo(redirectUri: string): PagePolicy {
  const { protocol } = new URL(redirectUri);
  // A client on plain http is one on this machine, where others may be too.
  return { formAction: protocol === 'http:' ? ['http:', 'https:'] : [protocol] };
}

function isOfWeb(protocol: string): boolean {
  return protocol === 'https:' || protocol === 'http:';
}

/** Appended to the text as it is registered: parsing and writing it again could change it (RFC 6749 §3.1.2). */
function withQuery(uri: string, fields: Readonly<Record<string, string>>): string {
  const query = new URLSearchParams(fields).toString();
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
}
