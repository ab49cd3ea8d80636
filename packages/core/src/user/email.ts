import { domainToASCII } from 'node:url';

const localPart = /^[^\s@"(),:;<>[\]\\\p{Cc}\p{Cs}]{1,64}$/u;
/** Of ASCII, what a name is made of; a URL's other marks would be read as an end of the host and fall away. */
const writtenDomain = /^(?:[a-z0-9.-]|\P{ASCII})+$/u;
const domainPart =
  /^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The one form under which an address is stored and looked up: NFC, lower case, domain in IDNA ASCII.
 * Dots and plus tags are kept: folding them would hand one person's address to another.
 * Returns null for what is not an address (RFC 5321 §4.1.2 without quoted local parts).
 */
export function canonicalEmail(input: string): string | null {
  // Composed again after lowering: some letters have a composed form in lower case only.
  const text = input.trim().normalize('NFC').toLowerCase().normalize('NFC');
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > 254) return null;
  const local = text.slice(0, at);
  const written = text.slice(at + 1);
  if (!writtenDomain.test(written)) return null;
  const domain = domainToASCII(written);
  if (!localPart.test(local) || !domainPart.test(domain)) return null;
  const email = `${local}@${domain}`;
  return email.length <= 254 ? email : null;
}
