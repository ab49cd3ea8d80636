import type { AddressInfo } from 'node:net';
import { createServer, type Socket } from 'node:net';
import { type Outbound, openOutbound } from '../src/outbound/outbound.ts';
import type { Resolve } from '../src/outbound/send.ts';

export const quiet = { warn: () => undefined };

/** The rules of an installation, where a function stands for everybody out there. */
export function outboundBy(fetching: typeof fetch, issuer = 'https://login.example'): Outbound {
  return { ...openOutbound({ issuer, log: quiet }), fetch: fetching };
}

/** Names that stand for these addresses, and how often each was asked for. */
export function names(addressesOf: (host: string, times: number) => readonly string[]) {
  const asked = new Map<string, number>();
  const resolve: Resolve = (host, _options, told) => {
    asked.set(host, (asked.get(host) ?? 0) + 1);
    const addresses = addressesOf(host, asked.get(host) ?? 0);
    told(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
  return { asked, resolve };
}

/** A machine behind the firewall: it counts who comes, and hangs up. */
export async function privateMachine(): Promise<{ port: number; visits: () => number } & AsyncDisposable> {
  let visits = 0;
  const server = createServer((socket: Socket) => {
    visits += 1;
    socket.destroy();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on TCP
  return {
    port,
    visits: () => visits,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
