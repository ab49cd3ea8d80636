import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import {
  type FieldLine,
  type RequestMessage,
  type RequestToSign,
  signRequest,
  signResponse,
  verifyRequest,
  verifyResponse,
} from '../src/index.ts';
import { asSent, bytesOf, clientKey, findKey, nonceOf, now, profile, serverKey } from './fixtures.ts';

/** As the service is configured to be called; it listens elsewhere, behind a proxy. */
const origin = 'http://service.example';

interface Passing {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
interface Returning {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
/** What is exchanged on the way. */
interface Tampering {
  readonly request?: (passing: Passing) => Partial<Passing>;
  readonly response?: (returning: Returning) => Partial<Returning>;
}

async function listening(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>) {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.destroy(error as Error)); // whatever was thrown
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port, // it listens on TCP
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function bytesOfStream(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function linesOfRaw(raw: readonly string[]): FieldLine[] {
  return raw.flatMap((name, at): FieldLine[] => (at % 2 === 0 ? [[name, raw[at + 1] ?? '']] : []));
}

function without(headers: IncomingHttpHeaders, ...names: readonly string[]): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
}

/** A service that answers what it refused a request for, or a signed answer. */
const service = () =>
  listening(async (incoming, outgoing) => {
    const body = await bytesOfStream(incoming);
    const host = incoming.headers.host ?? '';
    const request: RequestMessage = {
      kind: 'request',
      method: incoming.method ?? '',
      // One authority is served here: another one is another target, and never what the signature says.
      targetUri: `${host === 'service.example' ? origin : `http://${host}`}${incoming.url}`,
      fields: linesOfRaw(incoming.rawHeaders),
    };
    const verdict = await verifyRequest(profile, request, { body, findKey, now });
    if (!verdict.ok) return void outgoing.writeHead(401).end(verdict.rejection);
    const answer = bytesOf(JSON.stringify({ hello: verdict.keyid }));
    const response = {
      status: 200,
      fields: [['content-type', 'application/json']] as const,
      body: answer,
      request,
    };
    const lines = signResponse(profile, response, { key: serverKey, now });
    outgoing.writeHead(200, Object.fromEntries([...response.fields, ...lines])).end(answer);
  });

/** Passes on what comes, either way, and changes it on the way. */
const proxy = (port: number, tampering: Tampering) =>
  listening(async (incoming, outgoing) => {
    const passing: Passing = {
      method: incoming.method ?? '',
      path: incoming.url ?? '',
      headers: { ...incoming.headers },
      body: await bytesOfStream(incoming),
    };
    const came = await exchanged(port, { ...passing, ...tampering.request?.(passing) });
    const { status, headers, body } = { ...came, ...tampering.response?.(came) };
    outgoing.writeHead(status, without(headers, 'content-length')).end(body);
  });

async function exchanged(port: number, { method, path, headers, body }: Passing): Promise<Returning> {
  const length = body.length > 0 ? { 'content-length': String(body.length) } : {};
  const others = without(headers, 'content-length', 'transfer-encoding', 'connection');
  const asking = httpRequest({ host: '127.0.0.1', port, method, path, headers: { ...others, ...length } });
  asking.end(body);
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]; // what the event gives
  return {
    status: answer.statusCode ?? 0,
    headers: { ...answer.headers },
    body: await bytesOfStream(answer),
  };
}

const asked: RequestToSign = {
  method: 'POST',
  targetUri: `${origin}/sessions/7?limit=5&sort=a`,
  fields: [
    ['host', 'service.example'],
    ['content-type', 'application/json'],
    ['authorization', 'Bearer abc.def'],
  ],
  body: bytesOf('{"end":true}'),
};

/** Asks through the proxy, and says where and for what the exchange was refused. */
async function outcomeThrough(tampering: Tampering, request = asked): Promise<string> {
  await using served = await service();
  await using between = await proxy(served.port, tampering);
  const sent = asSent(
    request,
    signRequest(profile, request, { key: clientKey, now, nonce: nonceOf('flight') }),
  );
  const { pathname, search } = new URL(request.targetUri);
  const answer = await exchanged(between.port, {
    method: request.method,
    path: pathname + search,
    headers: Object.fromEntries(sent.fields),
    body: Buffer.from(request.body ?? []),
  });
  if (answer.status === 401) return `server: ${answer.body.toString()}`;
  const fields = Object.entries(answer.headers).map(([name, value]): FieldLine => [name, String(value)]);
  const response = { kind: 'response', status: answer.status, fields, request: sent } as const;
  const verdict = await verifyResponse(profile, response, { body: answer.body, findKey, now });
  return verdict.ok ? `verified: ${answer.body.toString()}` : `client: ${verdict.rejection}`;
}

describe('through a proxy that changes nothing', () => {
  test('a signed exchange is verified on both sides', async () => {
    assert.equal(await outcomeThrough({}), 'verified: {"hello":"client"}');
  });

  test('so is one without a body', async () => {
    const { body: _none, ...get } = { ...asked, method: 'GET' };
    assert.equal(await outcomeThrough({}, get), 'verified: {"hello":"client"}');
  });

  test('fields that nobody signed may come and go', async () => {
    const request = ({ headers }: Passing) => ({ headers: { ...headers, 'x-forwarded-for': '192.0.2.1' } });
    const response = ({ headers }: Returning) => ({ headers: { ...headers, via: '1.1 proxy' } });
    assert.equal(await outcomeThrough({ request, response }), 'verified: {"hello":"client"}');
  });
});

interface Carrying {
  readonly headers: IncomingHttpHeaders;
}
const withHeader = (name: string, value: string) => {
  return ({ headers }: Carrying) => ({ headers: { ...headers, [name]: value } });
};
const withoutHeaders = (...names: readonly string[]) => {
  return ({ headers }: Carrying) => ({ headers: without(headers, ...names) });
};
const nothing = Buffer.alloc(0);

const inRequest: Record<
  string,
  readonly [change: (passing: Passing) => Partial<Passing>, rejection: string]
> = {
  'changes the path': [({ path }) => ({ path: path.replace('/7', '/8') }), 'bad-signature'],
  'spells the path otherwise': [({ path }) => ({ path: path.replace('sess', 'se%73s') }), 'bad-signature'],
  'adds to the query': [({ path }) => ({ path: `${path}&limit=500` }), 'bad-signature'],
  'reorders the query': [() => ({ path: '/sessions/7?sort=a&limit=5' }), 'bad-signature'],
  'changes the body': [() => ({ body: Buffer.from('{"end":null}') }), 'wrong-digest'],
  'takes the body away': [() => ({ body: nothing }), 'wrong-digest'],
  'takes body and digest away': [
    (passing) => ({ body: nothing, ...withoutHeaders('content-digest')(passing) }),
    'absent-component',
  ],
  'changes the method': [() => ({ method: 'PUT' }), 'bad-signature'],
  'changes the authority': [withHeader('host', 'evil.example'), 'bad-signature'],
  'changes the media type': [withHeader('content-type', 'text/plain'), 'bad-signature'],
  'changes the credentials': [withHeader('authorization', 'Bearer other'), 'bad-signature'],
  'takes the credentials away': [withoutHeaders('authorization'), 'absent-component'],
  'takes the signature away': [withoutHeaders('signature', 'signature-input'), 'unsigned'],
};

const inResponse: Record<
  string,
  readonly [change: (returning: Returning) => Partial<Returning>, rejection: string]
> = {
  'changes the status': [() => ({ status: 201 }), 'bad-signature'],
  'changes the body': [() => ({ body: Buffer.from('{"hello":"admins"}') }), 'wrong-digest'],
  'takes the body away': [() => ({ body: nothing }), 'wrong-digest'],
  'changes the media type': [withHeader('content-type', 'text/html'), 'bad-signature'],
  'takes the digest away': [withoutHeaders('content-digest'), 'missing-digest'],
  'takes the signature away': [withoutHeaders('signature', 'signature-input'), 'unsigned'],
};

describe('a proxy is found out', () => {
  for (const [what, [request, rejection]] of Object.entries(inRequest)) {
    test(`by the server when it ${what}`, async () => {
      assert.equal(await outcomeThrough({ request }), `server: ${rejection}`);
    });
  }

  for (const [what, [response, rejection]] of Object.entries(inResponse)) {
    test(`by the client when it ${what} in the answer`, async () => {
      assert.equal(await outcomeThrough({ response }), `client: ${rejection}`);
    });
  }

  test('by the client when it gives the answer to another request', async () => {
    const seen: Returning[] = [];
    const response = (returning: Returning) => {
      seen.push(returning);
      return seen[0] ?? returning;
    };
    assert.match(await outcomeThrough({ response }), /^verified/);
    const other = { ...asked, targetUri: `${origin}/sessions/8` };
    assert.equal(await outcomeThrough({ response }, other), 'client: bad-signature');
  });
});
