import { BlockList, isIP, isIPv6 } from 'node:net';

/**
 * Whether two addresses lie in one network: the same /24 of IPv4 or /48 of IPv6.
 * An IPv4-mapped IPv6 address counts as its IPv4 address (RFC 4291 §2.5.5.2).
 */
export function isSameNetwork(a: string, b: string): boolean {
  const [left, right] = [plainAddress(a), plainAddress(b)];
  if (left === right) return isIP(left) !== 0;
  if (isIP(left) === 0 || isIP(left) !== isIP(right)) return false;
  const list = new BlockList();
  if (isIPv6(left)) {
    list.addSubnet(left, 48, 'ipv6');
    return list.check(right, 'ipv6');
  }
  list.addSubnet(left, 24, 'ipv4');
  return list.check(right, 'ipv4');
}

/** Strip the IPv4-mapped prefix and a zone. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare);
  return mapped?.[1] ?? bare;
}
