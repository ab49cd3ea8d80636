import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { seeded } from '@argus/testing/seeded';
import express from 'express';
import fastify from 'fastify';
import { Hono } from 'hono';
import { expressProtection } from '../src/adapters/express.ts';
import { fastifyProtection } from '../src/adapters/fastify.ts';
import { fetchProtection } from '../src/adapters/fetch.ts';
import { honoProtection } from '../src/adapters/hono.ts';
import { nodeProtection } from '../src/adapters/node.ts';
import {
  type Activity,
  noteActivity,
  type Observed,
  observeNode,
  observeResponse,
  protect,
  type RecordedRequest,
} from '../src/index.ts';
import { fakeIssuer, listening, setting, withBearer } from './fake-issuer.ts';

type Answering = (response: ServerResponse, request: IncomingMessage) => unknown;

/** What is observed of one answer, and how many bytes of body came to the client. */
async function observed(answer: Answering, method = 'GET'): Promise<readonly [Observed, number]> {
  const { promise, resolve } = Promise.withResolvers<Observed>();
  await using server = await listening((request, response) => {
    observeNode(response, resolve);
    void answer(response, request);
  });
  const reply = await fetch(`http://127.0.0.1:${server.port}/`, { method });
  const { byteLength } = await reply.arrayBuffer();
  return [await promise, byteLength];
}

describe('of a node response the status and the bytes of its body are seen', () => {
  const answers: readonly (readonly [what: string, answer: Answering, status: number, bytes: number])[] = [
    ['ended by a text', (response) => response.end('grüße'), 200, 7],
    ['ended by bytes', (response) => response.end(Buffer.alloc(10_000)), 200, 10_000],
    ['ended by a text in another encoding', (response) => response.end('ffff', 'hex'), 200, 2],
    ['with nothing', (response) => response.writeHead(404).end(), 404, 0],
    ['ended by a callback alone', (response) => response.end(() => undefined), 200, 0],
    [
      'written in parts',
      (response) => {
        response.write('one');
        response.write(Buffer.from('two'), () => undefined);
        response.end('three', () => undefined);
      },
      200,
      11,
    ],
    [
      'piped',
      (response) => pipeline(Readable.from([Buffer.alloc(70_000), Buffer.alloc(5)]), response),
      200,
      70_005,
    ],
    ['without a body by its status', (response) => response.writeHead(304).end(), 304, 0],
    [
      'that was compressed before it was written',
      (response) => response.end(gzipSync(Buffer.alloc(50_000))),
      200,
      gzipSync(Buffer.alloc(50_000)).length,
    ],
  ];
  for (const [what, answer, status, bytesOut] of answers)
    test(what, async () => {
      const [seen, received] = await observed(answer);
      assert.deepEqual(seen, { status, bytesOut });
      assert.equal(received, bytesOut);
    });

  test('to HEAD: none, whatever was written', async () => {
    const [seen] = await observed((response) => response.end('a body that nobody gets'), 'HEAD');
    assert.deepEqual(seen, { status: 200, bytesOut: 0 });
  });

  test('that was broken off: those that were written until then', async () => {
    const { promise, resolve } = Promise.withResolvers<Observed>();
    await using server = await listening((_request, response) => {
      observeNode(response, resolve);
      response.write('some of it');
    });
    const request = httpRequest({ host: '127.0.0.1', port: server.port, agent: false });
    request.on('error', () => undefined);
    request.end();
    const [reply] = await once(request, 'response');
    await once(reply, 'data');
    request.destroy();
    assert.deepEqual(await promise, { status: 200, bytesOut: 10 });
  });

  test('over HTTP/2, each byte once', async () => {
    const { promise, resolve } = Promise.withResolvers<Observed>();
    const server = createHttp2Server((_request, response) => {
      // Of the same methods, though not of one type.
      observeNode(response as unknown as ServerResponse, resolve);
      response.write('one');
      response.end('two');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const stream = session.request({ ':path': '/' });
    stream.resume();
    assert.deepEqual(await promise, { status: 200, bytesOut: 6 });
    session.close();
    server.close();
  });
});

describe('of a fetch response the same', () => {
  const seenOf = () => {
    const seen: Observed[] = [];
    return { seen, done: (one: Observed) => void seen.push(one) };
  };

  test('as its body is read', async () => {
    const { seen, done } = seenOf();
    const response = observeResponse(new Response('grüße', { status: 201, headers: { 'x-a': 'b' } }), done);
    assert.deepEqual([response.status, response.headers.get('x-a'), seen.length], [201, 'b', 0]);
    assert.equal(await response.text(), 'grüße');
    assert.deepEqual(seen, [{ status: 201, bytesOut: 7 }]);
  });

  test('at once where there is none', () => {
    const { seen, done } = seenOf();
    const response = new Response(null, { status: 204 });
    assert.equal(observeResponse(response, done), response);
    assert.deepEqual(seen, [{ status: 204, bytesOut: 0 }]);
  });

  test('when the reader has had enough, or the source fails', async () => {
    const { seen, done } = seenOf();
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(8)),
    });
    const reader = observeResponse(new Response(endless), done).body?.getReader();
    await reader?.read();
    await reader?.cancel();
    const broken = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.error(new Error('gone')),
    });
    const failing = observeResponse(new Response(broken), done);
    await assert.rejects(failing.text(), /gone/);
    assert.deepEqual(seen, [
      { status: 200, bytesOut: 8 },
      { status: 200, bytesOut: 0 },
    ]);
  });
});

/** An Express application that tells of its requests; what it told is here. */
async function app() {
  const { clock, random } = seeded();
  let jwks = () => ({ keys: [] as object[] });
  const issuing = await listening((_request, response) => void response.end(JSON.stringify(jwks())));
  const issuer = await fakeIssuer({ url: `http://127.0.0.1:${issuing.port}`, clock, random });
  jwks = issuer.jwks;
  const told: Omit<RecordedRequest, 'principal'>[] = [];
  const record = ({ routeClass, method, status, bytesOut, ...more }: RecordedRequest) => {
    const { principal, ...noted } = more;
    assert.equal(principal.kind, 'person');
    told.push({ routeClass, method, status, bytesOut, ...noted });
  };
  const activity = { record } as Activity; // nothing else of it is used by an adapter
  const guard = expressProtection(protect({ issuer: issuer.url, clock }), { activity });
  const api = express.Router();
  api.get('/notes/:id', (_request, response) => void response.send('a note'));
  api.get('/twice', guard.guard({ kind: 'person' }), (_request, response) => void response.send('once'));
  api.get('/export', (request, response) => {
    noteActivity(request, { routeClass: 'notes.export', records: 20, actions: ['notes.exported'] });
    noteActivity(request, { records: 5, actions: ['mail.sent'], isPassive: true });
    response.status(202).send('all of it');
  });
  api.get(/^\/by-expression/, (_request, response) => void response.send(''));
  const server = express();
  server.use(guard);
  server.use('/tenants/:tenant', api);
  const running = await listening(server);
  const token = await issuer.token();
  return {
    told,
    get: async (path: string, headers: Record<string, string> = { authorization: `Bearer ${token}` }) => {
      const reply = await fetch(`http://127.0.0.1:${running.port}${path}`, { headers });
      await reply.arrayBuffer();
      return reply.status;
    },
    [Symbol.asyncDispose]: async () => {
      await running[Symbol.asyncDispose]();
      await issuing[Symbol.asyncDispose]();
    },
  };
}

describe('the Express adapter tells of', () => {
  test('the pattern that a request matched, and never of its path', async () => {
    await using api = await app();
    await api.get('/tenants/ada/notes/secret-name');
    await api.get('/tenants/ada/by-expression/secret-name');
    await api.get('/tenants/ada/nothing-there');
    assert.deepEqual(
      api.told.map(({ routeClass, status, bytesOut }) => [routeClass, status, bytesOut]),
      [
        ['/notes/:id', 200, 6],
        [undefined, 200, 0],
        [undefined, 404, api.told[2]?.bytesOut],
      ],
    );
    assert.doesNotMatch(JSON.stringify(api.told), /ada|secret/);
  });

  test('a request once, however many doors it passes', async () => {
    await using api = await app();
    await api.get('/tenants/ada/twice');
    assert.deepEqual(api.told, [{ routeClass: '/twice', method: 'GET', status: 200, bytesOut: 4 }]);
  });

  test('what only the application knows', async () => {
    await using api = await app();
    await api.get('/tenants/ada/export');
    const named = {
      routeClass: 'notes.export',
      records: 25,
      actions: ['notes.exported', 'mail.sent'],
      isPassive: true,
    };
    assert.deepEqual(api.told, [{ ...named, method: 'GET', status: 202, bytesOut: 9 }]);
  });

  test('nobody who was not let in', async () => {
    await using api = await app();
    assert.equal(await api.get('/tenants/ada/twice', {}), 401);
    assert.deepEqual(api.told, []);
  });
});

describe('so do the other adapters:', () => {
  /** A protection, a token for it, and what was told. */
  async function ground() {
    const { clock, issuer } = await setting();
    const told: Omit<RecordedRequest, 'principal'>[] = [];
    const activity = {
      record({ principal, ...request }: RecordedRequest) {
        assert.equal(principal.kind, 'person');
        told.push(request);
      },
    };
    const protection = protect({ issuer: issuer.url, clock, fetch: issuer.fetch });
    const note = { records: 3, actions: ['notes.read'] };
    return { told, activity, protection, note, token: await issuer.token() };
  }
  const said = { records: 3, actions: ['notes.read'], method: 'GET', status: 200, bytesOut: 6 };

  test('node:http, which has no routes', async () => {
    const { told, activity, protection, note, token } = await ground();
    const guard = nodeProtection(protection, { activity });
    await using server = await listening(
      guard((request, response) => {
        noteActivity(request, note);
        response.end('a note');
      }),
    );
    const headers = { authorization: `Bearer ${token}` };
    await (await fetch(`http://127.0.0.1:${server.port}/notes/17`, { headers })).text();
    assert.deepEqual(told, [{ ...said, routeClass: undefined }]);
  });

  test('Fastify', async () => {
    const { told, activity, protection, note, token } = await ground();
    const app = fastify();
    await app.register(fastifyProtection(protection, { activity }));
    app.get('/notes/:id', async (request) => {
      noteActivity(request, note);
      return 'a note';
    });
    const url = await app.listen({ port: 0, host: '127.0.0.1' });
    await (await fetch(`${url}/notes/17`, { headers: { authorization: `Bearer ${token}` } })).text();
    assert.deepEqual(told, [{ ...said, routeClass: '/notes/:id' }]);
    await app.close();
  });

  test('Hono', async () => {
    const { told, activity, protection, note, token } = await ground();
    const guard = honoProtection(protection, { activity });
    const app = new Hono();
    app.use('/notes/*', guard);
    app.get('/notes/:id', guard, (context) => {
      noteActivity(context.req.raw, note);
      return context.text('a note');
    });
    const { headers } = withBearer(token);
    const answer = await app.fetch(new Request('https://api.example/notes/17', { headers }));
    assert.equal(await answer.text(), 'a note');
    assert.deepEqual(told, [{ ...said, routeClass: '/notes/:id' }], 'once for two doors');
  });

  test('fetch handlers, and with them those of Next.js', async () => {
    const { told, activity, protection, note, token } = await ground();
    const guard = fetchProtection(protection, { activity });
    const handler = guard((request) => {
      noteActivity(request, note);
      return new Response('a note', { headers: { 'x-kept': 'yes' } });
    });
    const answer = await handler(withBearer(token));
    assert.deepEqual([answer.headers.get('x-kept'), await answer.text()], ['yes', 'a note']);
    assert.deepEqual(told, [{ ...said, routeClass: undefined }]);
    assert.equal((await handler(new Request('https://api.example/notes'))).status, 401);
    assert.equal(told.length, 1);
  });
});
