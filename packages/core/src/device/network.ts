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

/** Strip a zone, and take an IPv4-mapped address for its IPv4 address however it is written. */
export function plainAddress(address: string): string {
  const bare = address.split('%', 1)[0] ?? '';
  if (!isIPv6(bare)) return bare;
  const written = new URL(`http://[${bare}]`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(written);
  if (!mapped) return written;
  const [high, low] = [mapped[1] ?? '', mapped[2] ?? ''].map((part) => Number.parseInt(part, 16));
  return [high, low].flatMap((part = 0) => [part >> 8, part & 0xff]).join('.');
}

/** The name of the network an address lies in: its /24 of IPv4 or /48 of IPv6. What is no address is a network of its own. */
export function networkOf(address: string): string {
  const plain = plainAddress(address);
  if (!isIPv6(plain)) return plain.replace(/\.\d+$/, '.0/24');
  const [before = '', after] = plain.split('::', 2);
  const head = before === '' ? [] : before.split(':');
  const tail = after ? after.split(':') : [];
  const groups =
    after === undefined ? head : [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return `${groups.slice(0, 3).join(':')}::/48`;
}
