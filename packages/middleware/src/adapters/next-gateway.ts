import { ProtectionFault } from '../fault.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { GatewayRequirement } from '../gateway/options.ts';
import { partsOfFetch } from '../gateway/request-body.ts';
import {
  type FetchDoorOptions,
  type GatewayDoor,
  type GatewaySession,
  gatewayResponse,
  type SignedInSession,
  sessionDoor,
  signedInDoor,
} from './fetch-gateway.ts';
import type { GatewayDoorOptions } from './gateway-door.ts';
import { type NextProxy, urlBelow } from './next.ts';
import { withLines } from './response-lines.ts';

export interface NextGatewayOptions extends GatewayDoorOptions<Request> {
  /** As in `next.config`: Next.js hides it from route handlers. The gateway's own `basePath` begins with it. */
  readonly basePath?: string;
  /** Tells several gateways of one process apart; default `gateway`. */
  readonly name?: string;
}

type InnerProxy = (
  request: Request,
  session: GatewaySession,
) => Response | undefined | Promise<Response | undefined>;

interface Proxied {
  /** For `proxy.ts`. `inner` is the application's own proxy function, run for requests that go on. */
  proxy(inner?: InnerProxy): NextProxy;
}

/** Wraps route handlers, `(request, session, context) => …`. */
export type NextGateway = GatewayDoor<GatewaySession> &
  Proxied & {
    /** `{}` asks for somebody signed in. An impossible requirement is a fault of the first request. */
    guard(requirement: GatewayRequirement): GatewayDoor<SignedInSession> & Proxied;
    /** Who is signed in, for server components: `await session.current(await headers())`. Needs the proxy in front. */
    current(headers: Headers): Promise<GatewaySession>;
  };

/**
 * The gateway in `proxy.ts`, whose matcher lets every path through that people are signed in for, the base path too;
 * and in route handlers, which get the session of the request. `make` is called once in a process.
 *
 * WHAT NEXT.JS CANNOT DO
 * - It builds `proxy.ts` and the routes apart from each other, so a constant of a file exists several times. Two
 *   gateways would use one refresh token twice and end the session: the one gateway is kept on `globalThis`, and with
 *   it the proxy must run in the process of the routes (`proxy.ts`, or `middleware.ts` with `runtime: 'nodejs'`).
 * - A server component cannot set cookies, so without the proxy in front `current` would lose a renewed session.
 * - Where there is a `proxy.ts`, Next.js keeps the first 10 MB of a body and cuts the rest off (`proxyClientMaxBodySize`).
 */
export function nextGateway(make: () => SessionGateway, options: NextGatewayOptions = {}): NextGateway {
  const { basePath = '', name = 'gateway', onRefused, activity } = options;
  const urlOf = urlBelow(basePath);
  const gateway = () => keptGateway(name, make);
  const inRoutes: FetchDoorOptions = {
    ...(onRefused && { onRefused }),
    ...(activity && { activity }),
    partsOf: (request) => ({ ...partsOfFetch(request), url: urlOf(request) }),
  };
  const guard = (requirement: GatewayRequirement) => {
    let made: SessionGateway | undefined;
    const door = () => (made ??= gateway().requiring(requirement));
    return Object.assign(signedInDoor(door, inRoutes), { proxy: proxyOf(door, options) });
  };
  return Object.assign(sessionDoor(gateway, inRoutes), {
    proxy: proxyOf(gateway, options),
    guard,
    current: (headers: Headers) => currentOf(gateway(), headers),
  });
}

function proxyOf(door: () => SessionGateway, { onRefused }: NextGatewayOptions): Proxied['proxy'] {
  return (inner) => async (request) => {
    const verdict = await door().handleParts(partsOfFetch(request));
    if (verdict.kind === 'answer') {
      if (verdict.refusal !== null) onRefused?.(verdict.refusal, request);
      return gatewayResponse(verdict.answer);
    }
    const response = await inner?.(request, verdict);
    if (verdict.headers.length === 0) return response;
    // What `NextResponse.next()` is on the wire: go on, and add the lines to the answer.
    const goOn = () => new Response(null, { headers: { 'x-middleware-next': '1' } });
    return withLines(response ?? goOn(), verdict.headers);
  };
}

async function currentOf(gateway: SessionGateway, headers: Headers): Promise<GatewaySession> {
  const verdict = await gateway.handleParts({
    method: 'GET',
    url: '/',
    header: (name) => headers.get(name) ?? undefined,
    request: headers,
    body: () => Promise.resolve(undefined),
  });
  if (verdict.kind === 'pass') return verdict;
  throw new ProtectionFault(`nobody can say who is signed in: ${verdict.refusal?.reason ?? 'no session'}`);
}

/** By a symbol that all copies of this file agree on. */
const place = Symbol.for('@argus/middleware/next-gateway');

function keptGateway(name: string, make: () => SessionGateway): SessionGateway {
  // Nobody else uses this symbol.
  const kept = globalThis as { [place]?: Map<string, SessionGateway> };
  kept[place] ??= new Map();
  const gateways = kept[place];
  const known = gateways.get(name);
  if (known !== undefined) return known;
  const made = make();
  gateways.set(name, made);
  return made;
}
