import { ProtectionFault } from '../fault.ts';
import type { Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import { partsOfRequest, type RequestParts } from '../request-parts.ts';
import { type DoorOptions, type WithGuards, withGuards } from './door.ts';
import { doorOf, type FetchDoor } from './fetch.ts';
import { withLines } from './response-lines.ts';

export type { PersonPrincipal, Principal } from '../principal.ts';
export { person as personOf } from './door.ts';
export type { ProtectedHandler } from './fetch.ts';

export interface NextProtectionOptions extends DoorOptions<Request> {
  /** As in `next.config`: Next.js hides it from route handlers, and the proofs of DPoP name it. */
  readonly basePath?: string;
}

type Awaitable<T> = T | Promise<T>;

/** What `proxy.ts` exports: an answer, or nothing where the request goes on. */
export type NextProxy = <R extends Request>(request: R) => Promise<Response | undefined>;

export interface NextDoor extends FetchDoor {
  /** For `proxy.ts`. `inner` is the application's own proxy function, run for requests that are let in. */
  proxy(inner?: (request: Request, principal: Principal) => Awaitable<Response | undefined>): NextProxy;
}

export type NextProtection = WithGuards<NextDoor>;

/**
 * Guards route handlers of the App Router, `export const GET = withProtection((request, principal, context) => …)`,
 * and whole paths, `export const proxy = withProtection.proxy()`. It names nothing of Next.js, so it fits every version
 * with fetch handlers. A fault is thrown to Next.js, which answers 500 and tells `onRequestError`.
 *
 * WHAT NEXT.JS CANNOT DO
 * - Of two Authorization lines it shows its application the first and drops the second in silence, so that they are
 *   not refused here as they are elsewhere: the first one counts. What stands in front of Next.js must refuse them.
 * - Route handlers do not see the `basePath` of `next.config`: say it here, too, or no proof fits.
 * - A proxy in the Edge runtime (`middleware.ts` without `runtime: 'nodejs'`) has no `node:crypto`.
 * - `proxy.ts` and the routes are built apart from each other: nothing of the principal gets from one to the other,
 *   and they share neither keys nor cache nor remembered proofs. Guard the route itself where it needs the principal;
 *   with `dpop.replays` of your own guard it nowhere else, or the second door takes the proof for a replay.
 * - A route without an exported `OPTIONS` answers it by itself, with what methods there are.
 * - Where there is a `proxy.ts`, Next.js keeps the first 10 MB of a body and cuts the rest off (`proxyClientMaxBodySize`).
 */
export function nextProtection(protection: Protection, options: NextProtectionOptions = {}): NextProtection {
  const partsOf = partsBelow(options.basePath ?? '');
  const nextDoor = (door: Protection): NextDoor =>
    Object.assign(doorOf(door, options, partsOf), { proxy: proxyOf(door, options) });
  return withGuards(protection, nextDoor);
}

function partsBelow(basePath: string): (request: Request) => RequestParts {
  const urlOf = urlBelow(basePath);
  return (request) => ({ ...partsOfRequest(request), url: urlOf(request) });
}

/** Path and query as the client sent them, for a request that reached a route. */
export function urlBelow(basePath: string): (request: Request) => string {
  if (!/^(\/.*[^/])?$/.test(basePath)) throw new ProtectionFault('basePath is like /docs, or empty');
  return ({ url }) => basePath + url.slice(new URL(url).origin.length);
}

function proxyOf(door: Protection, { onRefused }: NextProtectionOptions): NextDoor['proxy'] {
  return (inner) => async (request) => {
    const verdict = await door.check(request);
    if (!verdict.ok) {
      onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
      return verdict.response;
    }
    const response = await inner?.(request, verdict.principal);
    if (response !== undefined || verdict.headers === undefined) {
      return response && withLines(response, Object.entries(verdict.headers ?? {}));
    }
    // What `NextResponse.next()` is on the wire: go on, and add these headers to the answer.
    return new Response(null, { headers: { ...verdict.headers, 'x-middleware-next': '1' } });
  };
}
