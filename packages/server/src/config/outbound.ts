import { isIP } from 'node:net';

export interface OutboundSettings {
  /** Hosts, addresses and networks, of those that are not public, which administrators of tenants may have called. */
  readonly privateUpstreams: readonly string[];
}

const mostPlaces = 100;
/** RFC 1123 §2.1; in one spelling, as a URL writes it. */
const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/;

/** Read ARGUS_PRIVATE_UPSTREAMS. */
export function outboundSettingsOf(places: readonly string[], mistakes: string[]): OutboundSettings {
  if (places.length > mostPlaces)
    mistakes.push(`ARGUS_PRIVATE_UPSTREAMS must list at most ${mostPlaces} places`);
  // A name of figures alone would never be met: URLs write it as an address.
  const isUnusable = (place: string) =>
    !isNetwork(place) && (!hostName.test(place) || /(^|\.)\d+$/.test(place));
  for (const place of places.filter(isUnusable))
    mistakes.push(
      `ARGUS_PRIVATE_UPSTREAMS must list hosts, addresses or networks such as idp.internal,10.1.0.0/16, not "${place}"`,
    );
  return { privateUpstreams: places };
}

/** An address, or a network as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = isIP(address) === 6 ? 128 : 32;
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
  return isIP(address) !== 0 && !address.includes('%') && isRange && rest.length === 0;
}
