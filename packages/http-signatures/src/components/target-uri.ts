/** A target URI in its parts, normalised as far as RFC 9421 §2.2 normalises. */
export interface TargetUri {
  readonly uri: string;
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  /** With its question mark; empty if there is none. */
  readonly query: string;
}

/** What can stand in a request line (RFC 9112 §3.2); a fragment never leaves the client. */
const visibleForm = /^[\x21-\x7e]+$/;
const uriForm = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?$/;
/** RFC 3986 §3.2.2, §3.2.3 without user information, which no request may carry (RFC 9110 §4.2.4). */
const authorityForm = /^(\[[0-9a-fA-F:.]+\]|[a-zA-Z0-9._~%!$&'()*+,;=-]+)(?::([0-9]*))?$/;
const defaultPorts: ReadonlyMap<string, string> = new Map([
  ['http', '80'],
  ['https', '443'],
  ['ws', '80'],
  ['wss', '443'],
]);

/**
 * The parts of an absolute URL; undefined for what is none or could not be asked for. Scheme and host are put in
 * lower case, the default port is left out, an empty path is `/` (RFC 9110 §4.2.3); path and query stay as written.
 */
export function readTargetUri(text: string): TargetUri | undefined {
  if (!visibleForm.test(text)) return undefined;
  const [, rawScheme = '', rawAuthority = '', rawPath = '', query = ''] = uriForm.exec(text) ?? [];
  const [, host = '', port = ''] = authorityForm.exec(rawAuthority) ?? [];
  if (host === '') return undefined;
  const path = rawPath || '/';
  const scheme = rawScheme.toLowerCase();
  const isDefault = port === '' || port === defaultPorts.get(scheme);
  const authority = host.toLowerCase() + (isDefault ? '' : `:${port}`);
  return { uri: `${scheme}://${authority}${path}${query}`, scheme, authority, path, query };
}
