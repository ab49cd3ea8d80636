import type { Request, RequestHandler } from 'express';
import { reportNode } from '../activity/report.ts';
import { ProtectionFault } from '../fault.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { PartsVerdict, Protection } from '../protect.ts';
import { type DoorOptions, guarded, person, type WithGuards, withGuards } from './door.ts';
import { keepHeaders, partsOfMessage, writeAnswer } from './node-parts.ts';

declare global {
  // Express's own place for what middleware adds to a request.
  namespace Express {
    interface Request {
      /** Who acts; set by `expressProtection`. */
      argus?: Principal;
    }
  }
}

export type ExpressProtectionOptions = DoorOptions<Request>;

/** A request handler, and more of them that also ask for something. Each is complete on its own. */
export type ExpressProtection = WithGuards<RequestHandler>;

/** Sets `request.argus` and goes on, or writes the refusal itself. A fault goes to Express's error handler. */
export function expressProtection(
  protection: Protection,
  options: ExpressProtectionOptions = {},
): ExpressProtection {
  return withGuards(protection, (door) => handlerOf(door, options));
}

/** The principal of a guarded request. Throws a fault on a route that no protection guards. */
export function principalOf(request: Request): Principal {
  return guarded(request.argus);
}

/** The person of a guarded request. Throws a fault also where the door lets clients act by themselves. */
export function personOf(request: Request): PersonPrincipal {
  return person(principalOf(request));
}

function handlerOf(door: Protection, { onRefused, activity }: ExpressProtectionOptions): RequestHandler {
  return async (request, response, next) => {
    let verdict: PartsVerdict;
    try {
      verdict = await door.checkParts(partsOfMessage(request, request.originalUrl));
      if (!verdict.ok) onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
    } catch (fault) {
      next(errorOf(fault));
      return;
    }
    if (verdict.ok) {
      request.argus = verdict.principal;
      keepHeaders(response, verdict.headers);
      const { principal } = verdict;
      if (activity)
        reportNode(activity, response, { request, principal, routeClass: () => routeClassOf(request) });
      next();
    } else {
      writeAnswer(response, verdict.answer);
    }
  };
}

/**
 * By the pattern of the route within its router. Where that router is mounted is left out: Express tells only the path of
 * this one request, and ids may be in it.
 */
export function routeClassOf(request: Request): string | undefined {
  const pattern: unknown = request.route?.path;
  return typeof pattern === 'string' ? pattern : undefined;
}

/** Express goes on where `next` is given nothing, and past the router where it is given the word `router`. */
export function errorOf(fault: unknown): Error {
  return fault instanceof Error ? fault : new ProtectionFault('the check failed', { cause: fault });
}
