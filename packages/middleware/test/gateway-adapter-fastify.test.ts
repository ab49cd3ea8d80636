import { Readable } from 'node:stream';
import { type FastifyInstance, type FastifyRequest, fastify } from 'fastify';
import { accessTokenOf, fastifyGateway } from '../src/adapters/fastify-gateway.ts';
import { fastifyListening } from './fastify-server.ts';
import { gatewayAdapterContract } from './gateway-adapter-contract.ts';
import { chunks, type GatewayContractApp, ownCookies } from './gateway-contract-app.ts';

gatewayAdapterContract('Fastify', async (app) => fastifyListening(await fastifyApp(app)));

async function fastifyApp(app: GatewayContractApp): Promise<FastifyInstance> {
  const session = fastifyGateway(app.gateway, { activity: app.activity, onRefused: app.onRefused });
  const who = async ({ argus }: FastifyRequest) => app.who(argus?.kind === 'person' ? argus : null);
  const server = fastify();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setErrorHandler((fault, _request, reply) => {
    app.faults.push(fault);
    return reply.code(500).send({ code: 'fault' });
  });
  await server.register(session);
  const onRequest = session.guard({});
  server.get('/who', who);
  server.route({ method: ['GET', 'POST'], url: '/me', onRequest, handler: who });
  server.get('/token', { onRequest }, async (request) => accessTokenOf(request));
  server.get('/role', { onRequest: session.guard({ roles: 'owner' }) }, async () => app.reached());
  server.get('/dressed', (_request, reply) => {
    app.reached();
    const headers = { 'cache-control': 'public', 'set-cookie': ownCookies };
    return reply
      .code(202)
      .headers(headers)
      .send(Readable.from(chunks.map((chunk) => Buffer.from(chunk))));
  });
  server.get('/moved', (_request, reply) => reply.redirect('/elsewhere'));
  server.post('/echo', (request, reply) => reply.send(request.raw));
  server.get('/fault', async () => {
    throw new Error(app.secret);
  });
  server.route({ method: ['GET', 'POST'], url: '/auth/sign-in', handler: async () => app.reached() });
  return server;
}
