import type { RefusalCode } from '@argus/contract';
import type { Request, RequestHandler } from 'express';
import type { Activity } from '../activity/activity.ts';
import { reportNode } from '../activity/report.ts';
import { ProtectionFault } from '../fault.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import type { RefusalReason } from '../refused.ts';
import type { Requirement } from '../requirement.ts';
import { partsOfMessage, writeAnswer } from './node-parts.ts';

declare global {
  // Express's own place for what middleware adds to a request.
  namespace Express {
    interface Request {
      /** Who acts; set by `expressProtection`. */
      argus?: Principal;
    }
  }
}

export interface ExpressProtectionOptions {
  /** Told of every refusal, for the application's log. The reason is not for the caller. */
  readonly onRefused?: (refusal: { code: RefusalCode; reason: RefusalReason }, request: Request) => void;
  /** Where requests that were let in are reported, `argus.activity` of a link. */
  readonly activity?: Activity;
}

/** A request handler, and more of them that also ask for something. Each is complete on its own. */
export type ExpressProtection = RequestHandler & {
  guard(requirement: Requirement): RequestHandler;
};

/** Sets `req.argus` and goes on, or writes the refusal itself. A fault goes to Express's error handler. */
export function expressProtection(
  protection: Protection,
  options: ExpressProtectionOptions = {},
): ExpressProtection {
  const guard = (requirement: Requirement) => handlerOf(protection.requiring(requirement), options);
  return Object.assign(handlerOf(protection, options), { guard });
}

/** The principal of a guarded request. Throws a fault on a route that no protection guards. */
export function principalOf(request: Request): Principal {
  if (request.argus === undefined) throw new ProtectionFault('this route is not behind expressProtection');
  return request.argus;
}

/** The person of a guarded request. Throws a fault also where the door lets clients act by themselves. */
export function personOf(request: Request): PersonPrincipal {
  const principal = principalOf(request);
  if (principal.kind === 'person') return principal;
  throw new ProtectionFault('a client acts here by itself: ask for a person, or look at the kind');
}

function handlerOf(
  protection: Protection,
  { onRefused, activity }: ExpressProtectionOptions,
): RequestHandler {
  return async (request, response, next) => {
    const verdict = await protection.checkParts(partsOfMessage(request, request.originalUrl));
    if (verdict.ok) {
      request.argus = verdict.principal;
      if (activity) report(activity, request, verdict.principal);
      if (verdict.headers) response.setHeaders(new Map(Object.entries(verdict.headers)));
      next();
      return;
    }
    onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
    writeAnswer(response, verdict.answer);
  };
}

/**
 * By the pattern of the route within its router. Where that router is mounted is left out: Express tells only the path of
 * this one request, and ids may be in it.
 */
function report(activity: Activity, request: Request, principal: Principal): void {
  const { res: response } = request;
  if (!response) return;
  const routeClass = () => {
    const pattern: unknown = request.route?.path;
    return typeof pattern === 'string' ? pattern : undefined;
  };
  reportNode(activity, { message: request, response }, { principal, routeClass });
}
