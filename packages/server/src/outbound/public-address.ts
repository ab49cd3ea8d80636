import { BlockList, isIP } from 'node:net';

/** IANA's registry of special addresses (RFC 6890), and what is not handed out to anybody. */
const specialV4: readonly (readonly [net: string, bits: number])[] = [
  ['0.0.0.0', 8], // this network
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // behind a carrier's translation (RFC 6598)
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, where clouds answer their machines
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4 (RFC 7526)
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarks
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, and broadcast
  ['168.63.129.16', 32], // answers machines in Azure only, with what is theirs
];

/** Within the global unicast addresses: what is no place of its own, or leads to an IPv4 address inside it. */
const specialV6: readonly (readonly [net: string, bits: number])[] = [
  ['2001::', 23], // protocol assignments: Teredo, benchmarks, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation (RFC 9637)
];

const special = new BlockList();
for (const [net, bits] of specialV4) special.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of specialV6) special.addSubnet(net, bits, 'ipv6');

/** RFC 4291 §2.4. Loopback, mapped and translated (NAT64), unique local, link-local and multicast lie outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address is one that everybody on the Internet reaches. What cannot be read is not. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !special.check(address, 'ipv4');
  return version === 6 && isIn(globalUnicast, address) && !special.check(address, 'ipv6');
}

export function isLoopbackAddress(address: string): boolean {
  return isIn(loopback, address);
}

/** Whether an address is in a list; one with a zone (`fe80::1%eth0`) is in none. */
export function isIn(list: BlockList, address: string): boolean {
  const version = address.includes('%') ? 0 : isIP(address);
  return version !== 0 && list.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
