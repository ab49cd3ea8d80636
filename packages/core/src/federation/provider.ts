import { canonicalEmail } from '../user/email.ts';

/** Where the mail of an address goes; null for what is no address. */
export function domainOf(identifier: string): string | null {
  const email = canonicalEmail(identifier);
  return email?.slice(email.lastIndexOf('@') + 1) ?? null;
}
