import type { FastifyPluginAsync, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { reportNode } from '../activity/report.ts';
import type { PersonPrincipal, Principal } from '../principal.ts';
import type { Protection } from '../protect.ts';
import type { Requirement } from '../requirement.ts';
import { type DoorOptions, guarded, person } from './door.ts';
import { keepHeaders, partsOfMessage } from './node-parts.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who acts; set by `fastifyProtection`. */
    argus?: Principal | undefined;
  }
}

export type FastifyProtectionOptions = DoorOptions<FastifyRequest>;

export type FastifyProtection = FastifyPluginAsync & {
  /** A hook for one route, as in `{ onRequest: session.guard({ … }) }`. Throws a fault for an impossible requirement. */
  guard(requirement: Requirement): onRequestAsyncHookHandler;
};

/**
 * A plugin that guards the scope in which it is registered and the scopes below, and nothing beside them. Register it
 * before the scopes below: those that were there already are not guarded. It acts before the body is read, and a fault
 * goes to Fastify's error handler. Below a prefix Fastify answers unknown paths 404 without asking who it is, unless the
 * scope has a handler of its own for them.
 */
export function fastifyProtection(
  protection: Protection,
  options: FastifyProtectionOptions = {},
): FastifyProtection {
  const plugin: FastifyPluginAsync = async (scope) => {
    // A place in the shape of all requests; adding it to each by itself would make them slow.
    if (!scope.hasRequestDecorator('argus')) scope.decorateRequest('argus', undefined);
    scope.addHook('onRequest', hookOf(protection, options));
  };
  return Object.assign(plugin, {
    // What fastify-plugin does: the hook belongs to who registers the plugin, not to a scope of its own.
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: 'argus-protection',
    guard: (requirement: Requirement) => hookOf(protection.requiring(requirement), options),
  });
}

/** The principal of a guarded request. Throws a fault on a route that no protection guards. */
export function principalOf(request: FastifyRequest): Principal {
  return guarded(request.argus);
}

/** The person of a guarded request. Throws a fault also where the door lets clients act by themselves. */
export function personOf(request: FastifyRequest): PersonPrincipal {
  return person(principalOf(request));
}

function hookOf(
  door: Protection,
  { onRefused, activity }: FastifyProtectionOptions,
): onRequestAsyncHookHandler {
  return async (request, reply) => {
    const verdict = await door.checkParts(partsOfMessage(request.raw, request.originalUrl));
    if (verdict.ok) {
      request.argus = verdict.principal;
      // On the raw answer, because a handler may take the reply over.
      keepHeaders(reply.raw, verdict.headers);
      const { principal } = verdict;
      const routeClass = () => request.routeOptions.url;
      if (activity) reportNode(activity, reply.raw, { request, principal, routeClass });
      return undefined;
    }
    onRefused?.({ code: verdict.refusal, reason: verdict.reason }, request);
    const { status, headers, body } = verdict.answer;
    return reply.code(status).headers(headers).send(body);
  };
}
