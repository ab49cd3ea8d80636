import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { problemOf, problemSchema } from '@argus/contract';
import { seeded } from '@argus/testing/seeded';
import express from 'express';
import { expressProtection, personOf, principalOf } from '../src/adapters/express.ts';
import { protect } from '../src/index.ts';
import { fakeIssuer, type Listening, listening } from './fake-issuer.ts';

interface Reply {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

/** A flat list keeps repeated header lines apart, as an attacker would send them. */
function send(port: number, method: string, path: string, lines: readonly string[] = []): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = ['host', `127.0.0.1:${port}`, ...lines];
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false });
    request.on('error', reject);
    request.on('response', (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((body) => resolve({ status, headers, body }), reject);
    });
    request.end();
  });
}

/** An issuer and an API, each on its own socket. */
async function served() {
  const { clock, random } = seeded();
  let jwks = () => ({ keys: [] as object[] });
  const issuing = await listening((request, response) => {
    response.setHeader('content-type', 'application/json');
    if (request.url !== '/.well-known/jwks.json') response.statusCode = 404;
    response.end(JSON.stringify(jwks()));
  });
  const issuer = await fakeIssuer({ url: `http://127.0.0.1:${issuing.port}`, clock, random });
  jwks = issuer.jwks;
  const refusals: string[] = [];
  const session = expressProtection(protect({ issuer: issuer.url, clock }), {
    onRefused: ({ code, reason }, request) => refusals.push(`${request.method} ${code} ${reason}`),
  });
  const app = express();
  app.set('trust proxy', true);
  app.get('/open', (request, response) => void response.json({ user: personOf(request).userId }));
  app.use('/api', session);
  app.all('/api/me', (request, response) => void response.json(principalOf(request)));
  app.post(
    '/api/notes',
    session.guard({ scope: 'notes.write', maxAgeSeconds: 300 }),
    (_request, response) => {
      response.status(201).end();
    },
  );
  app.use(
    (error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
      response.status(500).json({ fault: error.name });
    },
  );
  const api: Listening = await listening(app);
  return {
    issuer,
    refusals,
    send: (method: string, path: string, lines?: string[]) => send(api.port, method, path, lines),
    [Symbol.asyncDispose]: async () => {
      await api[Symbol.asyncDispose]();
      await issuing[Symbol.asyncDispose]();
    },
  };
}

test('a bearer request over HTTP reaches its route with the principal', async () => {
  await using api = await served();
  const reply = await api.send('GET', '/api/me', ['authorization', `Bearer ${await api.issuer.token()}`]);
  assert.equal(reply.status, 200);
  assert.equal(JSON.parse(reply.body).userId, api.issuer.claims().sub);
});

test('a refusal over HTTP is the whole problem with its challenge, and the log learns why', async () => {
  await using api = await served();
  const token = await api.issuer.token({ tenant: 'acme' });
  const reply = await api.send('GET', '/api/me', ['authorization', `Bearer ${token}`]);
  assert.equal(reply.status, 401);
  assert.match(String(reply.headers['www-authenticate']), /^Bearer realm="argus", error="invalid_token", /);
  assert.equal(reply.headers['content-type'], 'application/problem+json');
  assert.deepEqual(problemSchema.parse(JSON.parse(reply.body)), problemOf('invalid_token'));
  assert.deepEqual(api.refusals, ['GET invalid_token wrong-tenant']);
});

test('a guarded route asks for its own scope', async () => {
  await using api = await served();
  const reader = ['authorization', `Bearer ${await api.issuer.token()}`];
  const writer = ['authorization', `Bearer ${await api.issuer.token({ scope: 'notes.write' })}`];
  assert.equal((await api.send('POST', '/api/notes', reader)).status, 403);
  assert.equal((await api.send('POST', '/api/notes', writer)).status, 201);
});

test('two authorization lines are refused although node shows only the first', async () => {
  await using api = await served();
  const bearer = `Bearer ${await api.issuer.token()}`;
  for (const second of [bearer, 'Bearer x', 'DPoP x']) {
    const reply = await api.send('GET', '/api/me', ['Authorization', bearer, 'authorization', second]);
    assert.equal(JSON.parse(reply.body).code, 'invalid_request', second);
  }
});

test('two cookie lines with an access token each are refused', async () => {
  await using api = await served();
  const cookie = `__Host-argus_access=${await api.issuer.token()}`;
  const reply = await api.send('GET', '/api/me', ['cookie', cookie, 'cookie', '__Host-argus_access=x']);
  assert.equal(JSON.parse(reply.body).code, 'invalid_request');
});

test('a forwarded host or scheme makes no foreign request less foreign', async () => {
  await using api = await served();
  const lines = [
    ...['cookie', `__Host-argus_access=${await api.issuer.token()}`],
    ...['origin', 'https://evil.example'],
    ...['x-forwarded-host', 'evil.example'],
    ...['x-forwarded-proto', 'https'],
    ...['forwarded', 'host=evil.example;proto=https'],
  ];
  const reply = await api.send('POST', '/api/me', lines);
  assert.equal(JSON.parse(reply.body).code, 'foreign_origin');
});

test('a token in the query of a mounted route is not taken', async () => {
  await using api = await served();
  const reply = await api.send('GET', `/api/me?access_token=${await api.issuer.token()}`);
  assert.equal(reply.status, 401);
  assert.deepEqual(api.refusals, ['GET missing_token token-in-query']);
});

test('asking for the principal on a route that nobody guards is a fault', async () => {
  await using api = await served();
  const reply = await api.send('GET', '/open');
  assert.deepEqual([reply.status, JSON.parse(reply.body)], [500, { fault: 'ProtectionFault' }]);
});

test('a header of the largest size that node admits is refused, and the next request is served', async () => {
  await using api = await served();
  const large = await api.send('GET', '/api/me', ['authorization', `Bearer ${'a'.repeat(15_000)}`]);
  assert.equal(large.status, 401);
  const next = await api.send('GET', '/api/me', ['authorization', `Bearer ${await api.issuer.token()}`]);
  assert.equal(next.status, 200);
});
