/**
 * Where an answer goes, said to a person: the host of a site as browsers spell it, so that a look-alike letter shows
 * as what it is; or that it stays on the device, where any program may have asked (RFC 8252 §8.6).
 */
export function destinationWords(redirectUri: string): string {
  const url = URL.parse(redirectUri);
  if (url === null) return redirectUri;
  if (url.protocol === 'http:') return 'a program on this device';
  return url.protocol === 'https:' ? url.host : `an app on this device (${url.protocol.slice(0, -1)})`;
}
