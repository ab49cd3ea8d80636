import type { FastifyPluginAsync, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { reportNode } from '../activity/report.ts';
import type { SessionGateway } from '../gateway/gateway.ts';
import type { GatewayRequirement } from '../gateway/options.ts';
// For `request.argus`, which is declared there.
import type {} from './fastify.ts';
import { type GatewayDoorOptions, keepAccessToken, keptAccessToken } from './gateway-door.ts';
import { gatewayPartsOf, keepLines } from './gateway-node-parts.ts';

export type FastifyGatewayOptions = GatewayDoorOptions<FastifyRequest>;

export type FastifyGateway = FastifyPluginAsync & {
  /** A hook for one route that asks for somebody signed in, as in `{ onRequest: session.guard({}) }`. */
  guard(requirement: GatewayRequirement): onRequestAsyncHookHandler;
};

/**
 * A plugin for the root of the application, registered before everything else: paths below the base path are answered
 * by it, for which no route is needed, and `request.argus` is who is signed in, undefined for nobody. In a scope with a
 * prefix it would never see its own paths. It acts before any body is read.
 */
export function fastifyGateway(gateway: SessionGateway, options: FastifyGatewayOptions = {}): FastifyGateway {
  const plugin: FastifyPluginAsync = async (scope) => {
    if (!scope.hasRequestDecorator('argus')) scope.decorateRequest('argus', undefined);
    scope.addHook('onRequest', hookOf(gateway, options));
  };
  return Object.assign(plugin, {
    // As with `fastifyProtection`: the hook belongs to who registers the plugin.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'argus-gateway',
    guard: (requirement: GatewayRequirement) => hookOf(gateway.requiring(requirement), options),
  });
}

/** For calls of the server to other APIs. Throws a fault where nobody is signed in. */
export function accessTokenOf(request: FastifyRequest): string {
  return keptAccessToken(request.raw);
}

function hookOf(
  door: SessionGateway,
  { onRefused, activity }: FastifyGatewayOptions,
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const verdict = await door.handleParts(gatewayPartsOf(request.raw, request.originalUrl));
    if (verdict.kind === 'pass') {
      const { principal } = verdict;
      request.argus = principal ?? undefined;
      keepAccessToken(request.raw, verdict);
      keepLines(reply.raw, verdict.headers);
      const routeClass = () => request.routeOptions.url;
      if (principal && activity) reportNode(activity, reply.raw, { request, principal, routeClass });
      return undefined;
    }
    if (verdict.refusal !== null) onRefused?.(verdict.refusal, request);
    const { status, headers, body } = verdict.answer;
    reply.code(status);
    for (const [name, value] of headers) reply.header(name, value);
    return reply.send(body);
  };
}
