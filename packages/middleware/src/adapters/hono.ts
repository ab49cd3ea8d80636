import type { Context, MiddlewareHandler } from 'hono';
import { reportResponse } from '../activity/report.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import { type DoorOptions, guarded, person, type WithGuards, withGuards } from './door.ts';

/** What `c.get('argus')` is behind a door: `new Hono<ProtectedEnv>()`, or inferred where the door stands in a route. */
export interface ProtectedEnv {
  Variables: { argus: Principal };
}

export type HonoProtectionOptions = DoorOptions<Context>;
export type HonoProtection = WithGuards<MiddlewareHandler<ProtectedEnv>>;

/**
 * Sets `argus` and goes on, or answers the refusal. A fault goes to `app.onError`. It works wherever Hono does; what
 * builds the `Request` must keep repeated header lines, as `@hono/node-server` does. An app behind `app.mount` sees
 * its path without the prefix, so there `publicUrl` ends with it.
 */
export function honoProtection(protection: Protection, options: HonoProtectionOptions = {}): HonoProtection {
  return withGuards(protection, (door) => middlewareOf(door, options));
}

/** The principal of a guarded request. Throws a fault on a route that no protection guards. */
export function principalOf(context: Context): Principal {
  return guarded(context.get('argus'));
}

/** The person of a guarded request. Throws a fault also where the door lets clients act by themselves. */
export function personOf(context: Context): PersonPrincipal {
  return person(principalOf(context));
}

function middlewareOf(
  door: Protection,
  { onRefused, activity }: HonoProtectionOptions,
): MiddlewareHandler<ProtectedEnv> {
  return async (context, next) => {
    const verdict = await door.check(context.req.raw);
    if (!verdict.ok) {
      onRefused?.({ code: verdict.refusal, reason: verdict.reason }, context);
      return verdict.response;
    }
    context.set('argus', verdict.principal);
    await next();
    // After the handler, which may have answered with headers of its own.
    for (const [name, value] of Object.entries(verdict.headers ?? {})) context.header(name, value);
    const { principal } = verdict;
    const request = context.req.raw;
    // That of the route that answered, for the middleware is through.
    const routeClass = () => context.req.routePath;
    if (activity) context.res = reportResponse(activity, context.res, { request, principal, routeClass });
    return undefined;
  };
}
