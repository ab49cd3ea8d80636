import type { ClientSettings } from '@argus/contract';

/**
 * Whether the client registered this very text. The one thing that may differ is the port of a native client's
 * loopback address, which it learns from its system at the last moment (RFC 8252 §7.3, RFC 9700 §4.1.3).
 */
export function registeredRedirect(
  { applicationType, redirectUris }: Pick<ClientSettings, 'applicationType' | 'redirectUris'>,
  sent: string,
): boolean {
  return isAmong(redirectUris, sent, applicationType);
}

/** The same rule for where a sign-out leads to (OIDC RP-Initiated Logout §3). */
export function registeredPostLogoutRedirect(
  {
    applicationType,
    postLogoutRedirectUris,
  }: Pick<ClientSettings, 'applicationType' | 'postLogoutRedirectUris'>,
  sent: string,
): boolean {
  return isAmong(postLogoutRedirectUris, sent, applicationType);
}

/**
 * What speaks against registering a redirect URI; null when it may be. A text that a browser would read as
 * something else than it says could not be compared character by character, so it is not taken at all.
 */
export function redirectUriMistake(
  uri: string,
  { applicationType }: Pick<ClientSettings, 'applicationType'>,
): string | null {
  const mistake = textMistake(uri);
  if (mistake) return mistake;
  if (!URL.canParse(uri)) return 'is not an absolute URI';
  const url = new URL(uri);
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password';
  if (url.href !== uri) return `must be written as browsers write it: ${url.href}`;
  if (url.protocol === 'https:') return null;
  // Plain http never leaves this machine; an application that is being written lives there.
  if (url.protocol === 'http:' && (loopbackForm.test(uri) || localhostForm.test(uri))) return null;
  if (url.protocol === 'http:') return 'may use http only with localhost, 127.0.0.1 or [::1]';
  if (applicationType !== 'native') return 'must begin with https://';
  return privateUseForm.test(uri) ? null : 'may use a scheme of its own only as a domain name turned around';
}

/**
 * The same for where a sign-out leads to. Stock clients send their base URL, which is an origin without a path; with
 * its slash it is the same place to everyone (RFC 3986 §6.2.3), and what is compared is still the text.
 */
export function postLogoutRedirectMistake(
  uri: string,
  settings: Pick<ClientSettings, 'applicationType'>,
): string | null {
  return redirectUriMistake(originForm.test(uri) ? `${uri}/` : uri, settings);
}

const originForm = /^https?:\/\/[^/?#]+$/;
const loopbackForm = /^http:\/\/(127\.0\.0\.1|\[::1\])(?::([1-9]\d{0,4}))?(\/.*)$/;
/** Its port is as registered: a name may be resolved to elsewhere (RFC 8252 §8.3). */
const localhostForm = /^http:\/\/localhost(?::[1-9]\d{0,4})?\//;
/** RFC 8252 §7.1: a scheme with a dot in it, which `javascript` and `data` do not have. */
const privateUseForm = /^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:\//;
/** RFC 3986 §2 without `*`, which others read as a wildcard. */
const uriText = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()+,;=]|%[0-9A-Fa-f]{2})+$/;
const encodedControl = /%(?:[01][0-9a-f]|7f)/i;
/** In a path: a dot, a slash, a backslash, or a percent sign that hides one of them from the first reading. */
const encodedStep = /%(?:2e|2f|5c|25)/i;
/** `..;` is a step up to servers that cut off path parameters. */
const dotSegment = /\/\.{1,2}(?:[/;]|$)/;

function textMistake(uri: string): string | null {
  if (uri.length > 2000) return 'is longer than 2000 characters';
  if (uri.includes('*')) return 'must not contain a wildcard';
  if (!uriText.test(uri) || encodedControl.test(uri)) return 'contains a character that no URI has';
  // RFC 6749 §3.1.2.
  if (uri.includes('#')) return 'must not have a fragment';
  const path = uri.split('?', 1)[0] ?? '';
  return encodedStep.test(path) || dotSegment.test(path) ? 'must not have dots or slashes in disguise' : null;
}

function isAmong(
  registered: readonly string[],
  sent: string,
  applicationType: ClientSettings['applicationType'],
): boolean {
  if (registered.includes(sent)) return true;
  return applicationType === 'native' && registered.some((one) => isSameButPort(one, sent));
}

function isSameButPort(registered: string, sent: string): boolean {
  const [ours, theirs] = [loopbackForm.exec(registered), loopbackForm.exec(sent)];
  if (!ours || !theirs) return false;
  return ours[1] === theirs[1] && ours[3] === theirs[3] && Number(theirs[2] ?? 80) <= 65_535;
}
