import { X509Certificate } from 'node:crypto';
import type { Instant } from '@argus/contract';

const longestChain = 6;
const longestCertificate = 16_384;

/** The certificates of an `x5c`, leaf first; null unless there are one to six that can be read. */
export function readCertificates(x5c: unknown): readonly X509Certificate[] | null {
  if (!Array.isArray(x5c) || x5c.length === 0 || x5c.length > longestChain) return null;
  const certificates = x5c.map(readCertificate);
  return certificates.every((certificate) => certificate !== null) ? certificates : null;
}

/** One certificate in DER, or in base64 of it as JSON carries it. */
export function readCertificate(der: unknown): X509Certificate | null {
  const bytes = typeof der === 'string' ? Buffer.from(der, 'base64') : der;
  if (!(bytes instanceof Uint8Array) || bytes.length > longestCertificate) return null;
  try {
    return new X509Certificate(bytes);
  } catch {
    return null;
  }
}

/**
 * Whether each certificate was issued by the next and the last one by a root, all in their time (RFC 5280 §6.1). A
 * root may also be the leaf itself: FIDO metadata names single devices that way (FIDO MDS §3.1.1). Lists of revoked
 * certificates are not fetched: their addresses would be chosen by whoever shows the chain.
 */
export function reachesRoot(
  chain: readonly X509Certificate[],
  roots: readonly X509Certificate[],
  now: Instant,
): boolean {
  const last = chain.at(-1);
  if (!last || !chain.every((certificate) => isInTime(certificate, now))) return false;
  const isLinked = chain.every((certificate, place) => {
    const issuer = chain[place + 1];
    return issuer === undefined || isIssuedBy(certificate, issuer);
  });
  return (
    isLinked && roots.some((root) => isSame(root, last) || (isInTime(root, now) && isIssuedBy(last, root)))
  );
}

function isSame(a: X509Certificate, b: X509Certificate): boolean {
  return a.raw.equals(b.raw);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return issuer.ca && certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isInTime({ validFromDate, validToDate }: X509Certificate, now: Instant): boolean {
  return validFromDate.getTime() <= now && now <= validToDate.getTime();
}
