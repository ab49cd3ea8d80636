import { endpoints, openApiDocument } from '@argus/contract';
import { isLoopbackOrigin } from '../config/config.ts';
import { problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { jwksCacheSeconds } from '../keys.ts';
import { version } from '../version.ts';
import { isOperatorKey } from './operator.ts';

/** Whether this process should get requests; `draining` from the first stop signal on. */
export interface Readiness {
  state: 'ok' | 'draining';
}

export function operationsRoutes(readiness: Readiness): readonly Route[] {
  // Made once for each place: it takes milliseconds, and anyone may ask.
  let described: { readonly issuer: string; readonly json: unknown } | undefined;
  return [
    endpointRoute(endpoints.jwks, async (services) => ({
      status: 200,
      json: services.keys.ring().jwks(services.clock.now()),
      headers: {
        'cache-control': `public, max-age=${jwksCacheSeconds / 2}`,
        'access-control-allow-origin': '*',
      },
    })),

    endpointRoute(endpoints.healthLive, async () => ({ status: 200, json: { status: 'ok' } })),

    endpointRoute(endpoints.healthReady, async (services) => {
      if (readiness.state === 'draining') return { status: 503, json: { status: 'draining' } };
      const isReady = await services.store.isReady();
      return isReady ? { status: 200, json: { status: 'ok' } } : { status: 503, json: { status: 'failing' } };
    }),

    {
      method: 'GET',
      path: '/metrics',
      accepts: 'nothing',
      // Counts tell much about an installation: they are for who holds the operator key. Without it only a server
      // that nobody else can reach tells them: in front of any other a proxy may stand that leaves no mark.
      handle: async (services, call) =>
        isOperatorKey(services, call) || (call.isLocal && isLoopbackOrigin(services.config.issuer))
          ? {
              status: 200,
              text: {
                type: 'text/plain; version=0.0.4; charset=utf-8',
                body: await services.metrics.page(),
              },
            }
          : problemAnswer({ refused: 'not_found' }),
    },

    {
      method: 'GET',
      path: '/openapi.json',
      accepts: 'nothing',
      handle: async ({ config }) => {
        const { issuer } = config;
        if (described?.issuer !== issuer) described = { issuer, json: openApiDocument(issuer, version) };
        return { status: 200, json: described.json };
      },
    },
  ];
}
