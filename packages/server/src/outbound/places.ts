import { BlockList, isIP } from 'node:net';
import { isLoopbackOrigin } from '../config/config.ts';
import { isIn, isLoopbackAddress, isPublicAddress } from './public-address.ts';

/** Where Argus goes for somebody who is not its operator. */
export interface Places {
  /** What speaks against calling an address, as far as its text shows, in words that follow its name. */
  mistakeIn(url: URL): string | null;
  /** Whether a host may be connected to at all of these addresses, which its name has at this moment. */
  mayReach(host: string, addresses: readonly string[]): boolean;
}

export interface PlacesOptions {
  /** Of the installation: on a developer's machine everything else is there, too. */
  readonly issuer: string;
  /** Hosts, addresses and networks that the operator lets administrators of tenants name. */
  readonly privateUpstreams?: readonly string[] | undefined;
}

const loopbackNames: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * An administrator of a tenant is not the operator of the network that Argus is in: what one names must not lead to
 * machines behind the firewall that trust whoever reaches them (CWE-918).
 */
export function openPlaces({ issuer, privateUpstreams = [] }: PlacesOptions): Places {
  const isDevelopment = isLoopbackOrigin(issuer);
  const listed = listOf(privateUpstreams);
  const mayBe = (address: string) =>
    isPublicAddress(address) ||
    isIn(listed.networks, address) ||
    (isDevelopment && isLoopbackAddress(address));
  const mayReach: Places['mayReach'] = (host, addresses) =>
    addresses.length > 0 && (listed.hosts.has(host.toLowerCase()) || addresses.every(mayBe));
  return {
    mayReach,
    mistakeIn({ protocol, hostname, username, password }) {
      if (username !== '' || password !== '') return 'must not carry a user name or password';
      const isPlain = protocol === 'http:' && isDevelopment && loopbackNames.has(hostname);
      if (protocol !== 'https:' && !isPlain)
        return `must begin with https://${isDevelopment ? ', or name this machine' : ''}`;
      const literal = hostname.replace(/^\[(.*)\]$/, '$1');
      return isIP(literal) === 0 || mayReach(literal, [literal])
        ? null
        : 'must not be a private address that the operator does not list (ARGUS_PRIVATE_UPSTREAMS)';
    },
  };
}

function listOf(privateUpstreams: readonly string[]) {
  const networks = new BlockList();
  const hosts = new Set<string>();
  for (const text of privateUpstreams) {
    const [address = '', bits] = text.split('/');
    const version = isIP(address);
    if (version === 0) hosts.add(text.toLowerCase());
    else {
      const most = version === 4 ? 32 : 128;
      networks.addSubnet(address, bits === undefined ? most : Number(bits), version === 4 ? 'ipv4' : 'ipv6');
    }
  }
  return { networks, hosts };
}
