import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { cheapPasswords } from '@argus/testing/parts';
import { seededRandom } from '@argus/testing/random';
import { startTestServer, type TestServer, type TestServerOptions } from '@argus/testing/server';
import express, { type Express } from 'express';
import { accessTokenOf, expressGateway } from '../src/adapters/express-gateway.ts';
import { type GatewayOptions, type SessionGateway, sessionGateway } from '../src/index.ts';
import { type Browser, newBrowser } from './gateway-browser.ts';

export const password = 'correct horse battery staple';
export const email = 'ada@example.org';
export const clientSecret = 'a secret of at least thirty-two characters';
export const cookieSecret = 'another secret of at least thirty-two characters';

/** What lies between a gateway and Argus. */
export interface Line {
  /** `down`: nothing is reached. `busy`: 503. `mute`: Argus acts and its answer gets lost. */
  state: 'up' | 'down' | 'busy' | 'mute';
  /** Every call that left the gateway, by its path. */
  readonly calls: string[];
  /** Every answer that arrived, as text. */
  readonly answers: string[];
  /** Told before a call goes out. */
  onCall?: (path: string) => Promise<void> | void;
  /** Told of an answer before it arrives. */
  onAnswer?: (path: string, answer: string) => Promise<void> | void;
  /** What arrives in place of an answer. */
  rewrite?: (path: string, answer: string) => string;
}

export interface App extends AsyncDisposable {
  readonly origin: string;
  readonly gateway: SessionGateway;
  readonly line: Line;
  readonly refusals: string[];
}

export interface Stage extends AsyncDisposable {
  readonly argus: TestServer;
  readonly issuer: string;
  /** An application behind a gateway of its own; the first one is the client `shop` at `origin`. */
  readonly app: App;
  open(options?: Partial<GatewayOptions>): Promise<App>;
  browser(): Browser;
}

export async function openStage(
  options: TestServerOptions & { readonly clientOrigin?: string } = {},
): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const argus = stack.use(
    await startTestServer({
      ...options,
      config: { issuer, origins: [issuer], port },
      parts: { passwords: cheapPasswords, ...options.parts },
    }),
  );
  const appPort = await freePort();
  const origin = `http://127.0.0.1:${appPort}`;
  await apply(argus, {
    users: [
      { email, name: 'Ada Lovelace', password },
      { email: 'bob@example.org', name: 'Bob', password },
    ],
    clients: [clientAt('shop', options.clientOrigin ?? origin), clientAt('other', 'http://127.0.0.1:9')],
  });
  const closing = new AsyncDisposableStack();
  let opened = 0;
  const open = async (more: Partial<GatewayOptions> = {}, atPort = 0): Promise<App> => {
    opened += 1;
    const line: Line = { state: 'up', calls: [], answers: [] };
    const refusals: string[] = [];
    const gateway = sessionGateway({
      issuer,
      clientId: 'shop',
      clientSecret,
      origin,
      cookieSecret,
      clock: argus.clock,
      random: seededRandom(`gateway ${opened}`),
      fetch: lineFetch(line),
      ...more,
    });
    const serving = await serve(gateway, atPort, refusals);
    const app: App = { ...serving, gateway, line, refusals };
    closing.use(app);
    return app;
  };
  const app = await open({}, appPort);
  // Nothing is left running where a step before this failed.
  closing.use(stack.move());
  return {
    argus,
    issuer,
    app,
    open,
    browser: () => newBrowser({ issuer, email, password }),
    [Symbol.asyncDispose]: () => closing.disposeAsync(),
  };
}

export function clientAt(id: string, origin: string) {
  return {
    id,
    name: `Application ${id}`,
    type: 'confidential',
    secret: clientSecret,
    consent: 'implicit',
    redirectUris: [`${origin}/auth/callback`],
    postLogoutRedirectUris: [`${origin}/`],
    ...(origin.endsWith(':9') ? {} : { backchannelLogoutUri: `${origin}/auth/backchannel-logout` }),
  };
}

/** The application of these tests behind a gateway, on its port. */
export async function serve(
  gateway: SessionGateway,
  port: number,
  refusals: string[] = [],
): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer(appOf(gateway, refusals));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${portOf(server)}`;
  return { origin, [Symbol.asyncDispose]: () => close(server) };
}

/** What `argus apply` sends. */
export async function apply(argus: TestServer, document: object): Promise<void> {
  await operate(argus, 'POST', 'apply', document);
}

/** All live sessions at Argus, ended on an operator's word; clients hear of it when the jobs run. */
export async function endSessions(argus: TestServer): Promise<void> {
  const { sessions } = await operate(argus, 'GET', 'sessions?limit=100');
  for (const { id } of sessions as { id: string }[]) await operate(argus, 'DELETE', `sessions/${id}`);
}

async function operate(
  argus: TestServer,
  method: string,
  ...[path, document]: [path: string, document?: object]
): Promise<Record<string, unknown>> {
  const authorization = `Bearer ${(await readFile(argus.operatorKeyFile, 'utf8')).trim()}`;
  const answer = await fetch(`${argus.url}/admin/v1/${path}`, {
    method,
    headers: { authorization, ...(document && { 'content-type': 'application/json' }) },
    ...(document && { body: JSON.stringify(document) }),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>); // JSON of the contract
}

export function appOf(gateway: SessionGateway, refusals: string[] = []): Express {
  const app = express();
  const session = expressGateway(gateway, {
    onRefused: ({ code, reason }) => refusals.push(`${code} ${reason}`),
  });
  app.use(session);
  app.get('/', (request, response) => {
    response.send(request.argus?.kind === 'person' ? `signed in as ${request.argus.userId}` : 'nobody');
  });
  app.get('/me', session.guard({}), (request, response) => {
    const { claims: _, ...principal } = request.argus ?? {};
    // How a server would call another API; only what the token is about leaves it here.
    response.json({ ...principal, tokenLength: accessTokenOf(request).length });
  });
  app.get(
    '/fresh',
    session.guard({ maxAgeSeconds: 60 }),
    (_request, response) => void response.send('fresh'),
  );
  app.get(
    '/strong',
    session.guard({ acr: 'urn:argus:aal2' }),
    (_request, response) => void response.send('strong'),
  );
  app.get(
    '/never',
    session.guard({ roles: ['nobody-has-it'] }),
    (_request, response) => void response.send('!'),
  );
  app.post(
    '/fresh',
    express.urlencoded({ extended: false }),
    session.guard({ maxAgeSeconds: 60 }),
    (request, response) => void response.json(request.body),
  );
  app.post(
    '/raw',
    session.guard({ maxAgeSeconds: 60 }),
    express.text({ type: '*/*' }),
    (request, response) => {
      response.send(request.body);
    },
  );
  app.post('/open', (_request, response) => void response.send('done'));
  return app;
}

function lineFetch(line: Line): typeof fetch {
  return async (input, init) => {
    const path = new URL(input instanceof Request ? input.url : input).pathname;
    line.calls.push(path);
    await line.onCall?.(path);
    if (line.state === 'down') throw new TypeError('fetch failed');
    if (line.state === 'busy') return new Response('busy', { status: 503, headers: { 'retry-after': '2' } });
    const answer = await fetch(input, init);
    if (line.state === 'mute') {
      await answer.arrayBuffer();
      throw new TypeError('terminated');
    }
    const came = await answer.text();
    await line.onAnswer?.(path, came);
    const text = line.rewrite?.(path, came) ?? came;
    line.answers.push(text);
    return new Response(text, { status: answer.status, headers: answer.headers });
  };
}

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const port = portOf(probe);
  await close(probe);
  return port;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port; // it listens on TCP
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
