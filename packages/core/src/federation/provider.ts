import { canonicalEmail } from '../user/email.ts';

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
