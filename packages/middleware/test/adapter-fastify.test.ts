import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  type ClientSessionOptions,
  connect,
  type IncomingHttpHeaders,
  type IncomingHttpStatusHeader,
} from 'node:http2';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { fastifyProtection, personOf, principalOf } from '../src/adapters/fastify.ts';
import { protect } from '../src/index.ts';
import { adapterContract } from './adapter-contract.ts';
import { contractSetting, slowly } from './contract-app.ts';
import { type ContractApp, demands, dressed, publicUrl } from './contract-routes.ts';
import { fastifyListening } from './fastify-server.ts';

adapterContract('Fastify', async (app) => fastifyListening(await fastifyApp(app)));

async function fastifyApp(app: ContractApp): Promise<FastifyInstance> {
  const doorOf = (name: keyof ContractApp['options']) =>
    fastifyProtection(protect(app.options[name]), { onRefused: app.onRefused });
  const server = fastify();
  const main = doorOf('main');
  const me = (request: FastifyRequest) => app.me(principalOf(request));
  const stream = (_request: FastifyRequest, reply: FastifyReply) => {
    app.reached();
    return reply.code(202).headers(dressed).send(Readable.from(slowly()));
  };
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.setErrorHandler((fault, _request, reply) => {
    app.faults.push(fault);
    return reply.code(500).send({ code: 'fault' });
  });
  await server.register(
    async (api) => {
      await api.register(main);
      api.route({ method: ['GET', 'POST', 'OPTIONS'], url: '/me', handler: me });
      for (const [name, demand] of Object.entries(demands)) {
        api.get(`/${name}`, { onRequest: main.guard(demand) }, me);
      }
      api.post('/echo', (request, reply) => reply.send(request.raw));
      api.get('/stream', stream);
      api.get('/fault', async () => {
        throw new Error(app.secret);
      });
    },
    { prefix: '/app/api' },
  );
  const others = { '/down/me': me, '/broken/me': stream, '/nonce/stream': stream };
  for (const [path, handler] of Object.entries(others)) {
    await server.register(async (scope) => {
      // The first part of each path is the name of its door.
      await scope.register(doorOf(path.split('/')[1] as keyof ContractApp['options']));
      scope.get(path, handler);
    });
  }
  server.get('/open', async () => 'open');
  return server;
}

test('the plugin guards the scope that registers it, also routes that were there before, and no scope beside it', async () => {
  const { app } = await contractSetting();
  const session = fastifyProtection(protect(app.options.main));
  await using server = fastify();
  await server.register(async (scope) => {
    scope.get('/before', async () => 'guarded');
    await scope.register(session);
    scope.get('/after', async () => 'guarded');
    await scope.register(async (below) => void below.get('/below', async () => 'guarded'));
  });
  await server.register(async (scope) => void scope.get('/beside', async () => 'open'));
  for (const path of ['/before', '/after', '/below'])
    assert.equal((await server.inject(path)).statusCode, 401, path);
  assert.equal((await server.inject('/beside')).statusCode, 200);
});

test('asking for the person on a route that nobody guards is a fault', async () => {
  await using server = fastify();
  server.get('/open', async (request) => personOf(request).userId);
  const reply = await server.inject('/open');
  assert.equal(reply.statusCode, 500);
});

test('two protections in one scope both ask', async () => {
  const { app, issuer } = await contractSetting();
  await using server = fastify();
  await server.register(fastifyProtection(protect(app.options.main)));
  await server.register(fastifyProtection(protect({ ...app.options.main, ...demands.scope })));
  server.get('/notes', async (request) => personOf(request).userId);
  const authorization = `Bearer ${await issuer.token()}`;
  assert.equal((await server.inject({ url: '/notes', headers: { authorization } })).statusCode, 403);
});

test('a handler that takes the reply over keeps the nonce for the next proof', async () => {
  const { app, bound, maker, clock } = await contractSetting();
  await using server = fastify();
  await server.register(fastifyProtection(protect(app.options.nonce)));
  server.get('/raw', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, ['content-type', 'text/plain', 'cache-control', 'public']);
    reply.raw.end('raw');
  });
  const ask = async (nonce?: string) => {
    const token = await bound();
    const dpop = await maker.prove(token, { htu: `${publicUrl}/raw`, nonce });
    return server.inject({ url: '/raw', headers: { authorization: `DPoP ${token}`, dpop } });
  };
  const nonce = String((await ask()).headers['dpop-nonce']);
  clock.advance(120_000);
  const reply = await ask(nonce);
  assert.deepEqual([reply.statusCode, reply.headers['cache-control']], [200, 'no-store']);
  assert.notEqual(reply.headers['dpop-nonce'], undefined);
});

test('over HTTP/2 the next nonce is on the answer, and two authorization lines are refused', async () => {
  const { app, bound, issuer, maker, clock } = await contractSetting();
  await using server = fastify({ http2: true });
  await server.register(fastifyProtection(protect(app.options.nonce)));
  server.get('/empty', (_request, reply) => reply.code(204).header('cache-control', 'public').send());
  // The types do not know it yet: node's client sends two lines only where it is told to.
  const loose: ClientSessionOptions & { strictSingleValueFields: boolean } = {
    strictSingleValueFields: false,
  };
  const session = connect(await server.listen({ port: 0, host: '127.0.0.1' }), loose);
  const ask = async (lines: object): Promise<IncomingHttpHeaders & IncomingHttpStatusHeader> => {
    const stream = session.request({ ':path': '/empty', ...lines });
    const [headers] = await once(stream, 'response');
    stream.resume();
    return headers;
  };
  const askBound = async (nonce?: string) => {
    const token = await bound();
    const dpop = await maker.prove(token, { htu: `${publicUrl}/empty`, nonce });
    return ask({ authorization: `DPoP ${token}`, dpop });
  };
  const nonce = String((await askBound())['dpop-nonce']);
  clock.advance(120_000);
  const good = await askBound(nonce);
  assert.deepEqual([good[':status'], good['cache-control']], [204, 'no-store']);
  assert.notEqual(good['dpop-nonce'], undefined);
  const authorization = [`Bearer ${await issuer.token()}`, 'Bearer x'];
  assert.equal((await ask({ authorization }))[':status'], 400);
  session.destroy();
});
