import { openIdScopes } from '@argus/contract';
import type { Client, Resource } from './client.ts';

/** RFC 6749 §3.3: one token, of printable ASCII without quotes and backslashes. */
const scopeToken = /^[\x21\x23-\x5b\x5d-\x7e]{1,128}$/;
/** More than any client may have. */
const scopesLimit = 100;

/**
 * The scopes of a request. What nobody here declares is left out (OIDC Core §3.1.2.1); what exists but is not
 * this client's is refused, and so is a request of which nothing remains.
 */
export function readScope(
  sent: string | undefined,
  { settings }: Pick<Client, 'settings'>,
  resources: readonly Resource[],
): readonly string[] | 'invalid_scope' {
  const asked = tokensOf(sent);
  if (asked.length > scopesLimit || !asked.every((scope) => scopeToken.test(scope))) return 'invalid_scope';
  const foreign = asked.filter((scope) => !settings.scopes.includes(scope));
  if (foreign.some((scope) => isDeclared(scope, resources))) return 'invalid_scope';
  const own = asked.filter((scope) => settings.scopes.includes(scope));
  return own.length > 0 ? own : 'invalid_scope';
}

/** What of a granted scope the client may have still: an administrator may have taken some of it back since. */
export function openScope(
  granted: readonly string[],
  { settings }: Pick<Client, 'settings'>,
): readonly string[] | 'invalid_scope' {
  const open = granted.filter((scope) => settings.scopes.includes(scope));
  return open.length > 0 ? open : 'invalid_scope';
}

/**
 * The scope of a token out of what was granted: all of it when nothing is asked, never more (RFC 6749 §6).
 */
export function narrowScope(
  granted: readonly string[],
  asked: string | undefined,
): readonly string[] | 'invalid_scope' {
  const wanted = tokensOf(asked);
  if (wanted.length === 0) return granted;
  return wanted.every((scope) => granted.includes(scope)) ? wanted : 'invalid_scope';
}

function tokensOf(text: string | undefined): readonly string[] {
  return [...new Set((text ?? '').split(' ').filter((token) => token !== ''))];
}

function isDeclared(scope: string, resources: readonly Resource[]): boolean {
  const ofOpenId: readonly string[] = openIdScopes;
  return ofOpenId.includes(scope) || resources.some(({ settings }) => settings.scopes.includes(scope));
}
