import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { type Origin, plainAddress } from '@argus/core';
import { isLoopbackOrigin } from '../config/config.ts';

/** Where a call came from; over HTTP the address is always known. */
export type CallOrigin = Origin & { readonly ip: string };

/** What is read of a request to say where it came from. */
interface Arrived {
  /** The peer, or whom a trusted proxy named. */
  readonly ip: string;
  readonly headers: IncomingHttpHeaders;
  readonly socket: { readonly remoteAddress?: string | undefined };
}

/** By these a proxy tells whom it speaks for; one of them says that the peer is not the caller. */
const marksOfProxies = [
  'forwarded',
  'via',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-real-ip',
];

/** The caller's address in its one spelling. What a proxy named and is no address (RFC 7239 §6.3) counts as the proxy. */
export function addressOf({ ip, socket }: Arrived): string {
  const named = plainAddress(ip);
  return isIP(named) === 0 ? plainAddress(socket.remoteAddress ?? '::') : named;
}

/**
 * Whether a program on this machine calls. The peer is a loopback address; no proxy left a mark; and `Host` is a
 * loopback name, because a page whose name was rebound to 127.0.0.1 sends its own.
 */
export function isLocal({ headers, socket }: Arrived): boolean {
  const peer = plainAddress(socket.remoteAddress ?? '');
  if (peer !== '::1' && !peer.startsWith('127.')) return false;
  if (marksOfProxies.some((name) => headers[name] !== undefined)) return false;
  const origin = `http://${headers.host ?? ''}`;
  return URL.canParse(origin) && isLoopbackOrigin(origin);
}
