import { Readable } from 'node:stream';
import type { RefusalCode } from '@argus/contract';
import { BatchFull, isUnavailable } from '@argus/store';
import Fastify, {
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { HashingBusy } from '../authenticators/password/hasher.ts';
import { stopwatch } from '../services/clock.ts';
import type { Services } from '../services.ts';
import { arrive } from '../tenant/arrive.ts';
import { leadElsewhere } from '../tenant/lead-elsewhere.ts';
import { inNameOf, tenantOfCall } from '../tenant/tenant-of-call.ts';
import { type Answer, problemAnswer, type Refused } from './answer.ts';
import { answerByOurselves, brokenConnectionHandler, hasOneHost } from './broken.ts';
import { writeCookie } from './cookies.ts';
import { corsHeaders, preflightHeaders } from './cors.ts';
import { oauthRefusalOf } from './oauth-answer.ts';
import { readCall } from './read-call.ts';
import type { Route } from './route.ts';
import { loadsScript, pagePolicy, securityHeaders } from './security-headers.ts';
import { eventStreamOn } from './sse.ts';

export type { FastifyInstance } from 'fastify';

/** Largest request body in bytes. */
export const bodyLimit = 64 * 1024;

const jsonType = 'application/json; charset=utf-8';

/** Build the HTTP server over the routes. */
export function createHttpServer(services: Services, routes: readonly Route[]): FastifyInstance {
  const { config } = services;
  const isSecure = config.issuer.startsWith('https:');
  const app = Fastify({
    // A plain and a TLS server differ only in the socket, which no route sees.
    https: config.tls ?? null,
    logger: false,
    bodyLimit,
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    requestTimeout: 30_000,
    keepAliveTimeout: 65_000,
    forceCloseConnections: 'idle',
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 200, ignoreTrailingSlash: false },
    clientErrorHandler: brokenConnectionHandler(isSecure),
    frameworkErrors: (_error, _request, reply) =>
      void sendProblem(reply, { refused: 'malformed_request' }, config.issuer),
  });
  // Node swaps the two when headers may take longer than the whole request, which its default of a minute would.
  app.server.headersTimeout = 15_000;
  answerByOurselves(app.server, isSecure);
  app.addHook('onRequest', (request, reply, done) => {
    if (hasOneHost(request.raw)) done();
    else sendProblem(reply, { refused: 'malformed_request' }, config.issuer);
  });
  acceptBodies(app);
  const working = new Set<Promise<unknown>>();
  for (const route of routes) {
    app.route({
      method: route.method,
      url: route.path,
      handler(request, reply) {
        const work = serve(services, route, { request, reply });
        working.add(work);
        return work.finally(() => working.delete(work));
      },
    });
  }
  // A caller who hung up leaves work behind that still needs the database.
  app.addHook('onClose', async () => void (await Promise.allSettled(working)));
  refuseTheRest(app, services, routes);
  return app;
}

interface Exchange {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function serve(services: Services, route: Route, { request, reply }: Exchange): Promise<FastifyReply> {
  const seconds = stopwatch();
  const answer = await answerTo(services, route, request);
  const took = seconds();
  if (route.paced === 'all' || (route.paced === 'refusals' && answer.status >= 400))
    await services.pace(took);
  if (route.cors) reply.headers((await corsHeaders(services, route, request.headers)) ?? {});
  if (answer.stream) openStream(services, answer, reply);
  else send(reply, answer, services.config.issuer);
  services.metrics.requests.inc({ method: route.method, route: route.path, status: String(answer.status) });
  services.metrics.durations.observe({ method: route.method, route: route.path }, took);
  return reply;
}

/** The head goes out now; the framework has no more to do with what follows. */
function openStream(
  { log, config }: Services,
  { stream, status, headers }: Answer,
  reply: FastifyReply,
): void {
  const secured = securityHeaders('other', config.issuer.startsWith('https:'));
  reply.hijack();
  // The last one is for proxies (nginx) that would hold a stream back until enough of it is there.
  reply.raw.writeHead(status, {
    ...secured,
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    ...headers,
  });
  reply.raw.flushHeaders();
  const events = eventStreamOn(reply.raw);
  stream?.(events).catch((fault: unknown) => {
    log.error({ err: fault }, 'a stream failed');
    events.end();
  });
}

async function answerTo(services: Services, route: Route, request: FastifyRequest): Promise<Answer> {
  const refuse = (refused: Refused) => refusalAnswer(route, refused);
  try {
    const { headers, method, raw } = request;
    const arrived = await arrive(services, route, { host: headers.host, method, url: raw.url ?? '/' });
    if ('answer' in arrived) return arrived.answer;
    const here = arrived.services;
    const call = readCall(route, request, here.config.origins);
    if ('refused' in call) return refuse(call);
    const elsewhere = await leadElsewhere(here, route, call);
    if (elsewhere) return elsewhere;
    const tenant = await tenantOfCall(here, route, call);
    return await route.handle(await inNameOf(here, route, call), { ...call, tenant });
  } catch (fault) {
    if (fault instanceof HashingBusy || fault instanceof BatchFull)
      return refuse({ refused: 'unavailable', retryAfterSeconds: 2 });
    services.log.error({ err: fault, requestId: request.id, route: route.path }, 'a request failed');
    if (isUnavailable(fault)) return refuse({ refused: 'unavailable', retryAfterSeconds: 1 });
    return refuse({ refused: 'fault' });
  }
}

/** A refusal in the words that callers of this route read. */
function refusalAnswer(route: Route, refused: Refused): Answer {
  const problem = problemAnswer(refused);
  return route.speaks === 'oauth' ? oauthRefusalOf(refused.refused, problem.headers) : problem;
}

function acceptBodies(app: FastifyInstance): void {
  // Bodies arrive as bytes of any type: what they must be depends on the route, and is judged there.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
}

function send(reply: FastifyReply, answer: Answer, issuer: string): void {
  const kind = answer.html === undefined ? 'other' : 'page';
  reply.code(answer.status).headers(securityHeaders(kind, issuer.startsWith('https:')));
  reply.header('cache-control', 'no-store');
  const scripts = loadsScript(answer.html);
  if (answer.csp || scripts) reply.header('content-security-policy', pagePolicy({ ...answer.csp, scripts }));
  if (answer.headers) reply.headers(answer.headers);
  for (const cookie of answer.cookies ?? []) reply.header('set-cookie', writeCookie(cookie));
  if (answer.html !== undefined) reply.type('text/html; charset=utf-8').send(answer.html);
  else if (answer.pieces) reply.type(jsonType).send(Readable.from(answer.pieces));
  else if (answer.text) reply.type(answer.text.type).send(answer.text.body);
  else if (answer.json === undefined) reply.send();
  else reply.type(jsonType).send(JSON.stringify(answer.json));
}

function sendProblem(reply: FastifyReply, refusal: Refused, issuer: string): void {
  send(reply, problemAnswer(refusal), issuer);
}

function refuseTheRest(app: FastifyInstance, services: Services, routes: readonly Route[]): void {
  const { issuer } = services.config;
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) methods.set(path, [...(methods.get(path) ?? []), method]);
  for (const [path, known] of methods) {
    const shared = routes.find((route) => route.path === path && route.cors);
    app.route({
      method: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'].filter(
        (method) => !known.includes(method),
      ),
      url: path,
      handler: async (request, reply) => {
        if (shared && request.method === 'OPTIONS')
          return preflight(services, { route: shared, known, request, reply });
        reply.header('allow', known.join(', '));
        sendProblem(reply, { refused: 'method_not_allowed' }, issuer);
        return reply;
      },
    });
  }
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, { refused: 'not_found' }, issuer));
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refused = refusalOfStatus(error.statusCode);
    if (refused === 'fault') services.log.error({ err: error, requestId: request.id }, 'a request failed');
    sendProblem(reply, { refused }, issuer);
  });
}

async function preflight(
  services: Services,
  asked: Exchange & { readonly route: Route; readonly known: readonly string[] },
): Promise<FastifyReply> {
  const { request, reply, route, known } = asked;
  const shared = await corsHeaders(services, route, request.headers);
  if (shared) reply.headers(shared);
  if (shared?.['access-control-allow-origin']) reply.headers(preflightHeaders(known));
  send(reply, { status: 204 }, services.config.issuer);
  return reply;
}

function refusalOfStatus(status: number | undefined): RefusalCode {
  if (status === 413) return 'payload_too_large';
  if (status === 415) return 'unsupported_media_type';
  return status !== undefined && status < 500 ? 'malformed_request' : 'fault';
}
