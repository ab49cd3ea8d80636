import { endpoints, type ProviderId } from '@argus/contract';
import { providerById, providersOfTenant } from '@argus/store';
import { declareProvider, removeProvider } from '../flows/administer-providers.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { goneAnswer } from './admin-clients.ts';
import { administered } from './administered.ts';
import { describeProvider } from './describe-client.ts';

export const adminProviderRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListProviders, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor } = call.query;
      const page = await providersOfTenant(services.store.pool, tenant, { limit, cursor });
      return {
        status: 200,
        json: { providers: page.items.map(describeProvider), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminShowProvider, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const id = call.params.id as ProviderId; // of the form that the contract gives it
      const provider = await providerById(services.store.pool, tenant, id);
      return provider
        ? { status: 200, json: describeProvider(provider) }
        : problemAnswer({ refused: 'not_found' });
    }),
  ),

  endpointRoute(endpoints.adminDeclareProvider, (services, call) =>
    administered(services, call, async (by) => {
      const { clientSecret: secret, ...settings } = call.body;
      const provider = await declareProvider(services, by, { id: call.params.id, settings, secret });
      return isRefused(provider)
        ? problemAnswer(provider)
        : { status: 200, json: describeProvider(provider) };
    }),
  ),

  endpointRoute(endpoints.adminRemoveProvider, (services, call) =>
    administered(services, call, async (by) =>
      goneAnswer(await removeProvider(services, by, call.params.id)),
    ),
  ),
];
