import type { Context, MiddlewareHandler } from 'hono';
import { reportResponse } from '../activity/report.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import { partsOfFetch } from '../gateway/request-body.ts';
import type { PersonPrincipal } from '../principal.ts';
import { gatewayResponse } from './fetch-gateway.ts';
import {
  type GatewayDoorOptions,
  keepAccessToken,
  keptAccessToken,
  type WithSignedIn,
  withSignedIn,
} from './gateway-door.ts';

/** What `c.get('argus')` is behind the gateway: null for nobody. */
export interface GatewayEnv {
  Variables: { argus: PersonPrincipal | null };
}

export interface SignedInEnv {
  Variables: { argus: PersonPrincipal };
}

export type HonoGatewayOptions = GatewayDoorOptions<Context>;
export type HonoGateway = WithSignedIn<MiddlewareHandler<GatewayEnv>, MiddlewareHandler<SignedInEnv>>;

/**
 * Middleware for the whole application, `app.use(session)`, before everything else: paths below the base path are
 * answered here, everything else goes on with `argus`. `guard({ … })` is for routes that ask for somebody.
 */
export function honoGateway(gateway: SessionGateway, options: HonoGatewayOptions = {}): HonoGateway {
  return withSignedIn<MiddlewareHandler<GatewayEnv>, MiddlewareHandler<SignedInEnv>>(
    gateway,
    (door) => middlewareOf(door, options),
    (door) => middlewareOf(door, options),
  );
}

/** For calls of the server to other APIs. Throws a fault where nobody is signed in. */
export function accessTokenOf(context: Context): string {
  return keptAccessToken(context.req.raw);
}

function middlewareOf(door: SessionGateway, { onRefused, activity }: HonoGatewayOptions): MiddlewareHandler {
  return async (context, next) => {
    const verdict = await door.handleParts(partsOfFetch(context.req.raw));
    if (verdict.kind === 'answer') {
      if (verdict.refusal !== null) onRefused?.(verdict.refusal, context);
      return gatewayResponse(verdict.answer);
    }
    const { principal } = verdict;
    context.set('argus', principal);
    keepAccessToken(context.req.raw, verdict);
    await next();
    for (const [name, value] of verdict.headers) {
      context.header(name, value, { append: name === 'set-cookie' });
    }
    const request = context.req.raw;
    // That of the route that answered, for the middleware is through.
    const routeClass = () => context.req.routePath;
    if (principal && activity)
      context.res = reportResponse(activity, context.res, { request, principal, routeClass });
    return undefined;
  };
}
