import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Listening } from './fake-issuer.ts';

export async function fastifyListening(server: FastifyInstance): Promise<Listening> {
  await server.listen({ port: 0, host: '127.0.0.1' });
  return {
    // A TCP server that listens has an AddressInfo.
    port: (server.server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server.server, 'close');
      server.server.closeAllConnections();
      await server.close();
      await closed;
    },
  };
}
