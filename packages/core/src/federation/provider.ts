import type { ProviderSettings } from '@argus/contract';
import { canonicalEmail } from '../user/email.ts';

/** What contradicts itself in the declaration of a provider; empty when it may be used. */
export function providerMistakes(settings: ProviderSettings): string[] {
  const mistakes: string[] = [];
  const issuer = issuerMistake(settings.issuer);
  if (issuer) mistakes.push(`issuer ${issuer}`);
  // OIDC Core §3.1.2.1; GitHub speaks plain OAuth 2.0.
  if (settings.preset !== 'github' && !settings.scopes.includes('openid'))
    mistakes.push('scopes must hold openid');
  for (const domain of settings.domains) {
    if (domainOf(`someone@${domain}`) !== domain)
      mistakes.push(`domains: "${domain}" is not a domain in lower case`);
  }
  return mistakes;
}

/** OIDC Discovery §3: an https URL without query and fragment; plain http only to this very machine. */
function issuerMistake(issuer: string): string | null {
  const url = URL.parse(issuer);
  if (!url) return 'is not a URL';
  if (url.username !== '' || url.password !== '') return 'must not carry a user name or password';
  if (issuer.includes('?') || issuer.includes('#')) return 'must not have a query or fragment';
  return isSafeUpstream(url, url) ? null : 'must begin with https://, or name this machine';
}

const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Whether a provider may lead Argus to this place. What it publishes about itself must not point at machines behind
 * the firewall that trust plain requests (CWE-918): always https, but for a provider that is on this machine itself.
 */
export function isSafeUpstream(target: URL, issuer: URL): boolean {
  if (target.username !== '' || target.password !== '') return false;
  if (target.protocol === 'https:') return true;
  return isLoopback(target) && isLoopback(issuer);
}

function isLoopback({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && loopbackHosts.has(hostname);
}

/** Where the mail of an address goes; null for what is no address. */
export function domainOf(identifier: string): string | null {
  const email = canonicalEmail(identifier);
  return email?.slice(email.lastIndexOf('@') + 1) ?? null;
}
