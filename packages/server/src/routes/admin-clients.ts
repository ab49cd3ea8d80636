import { endpoints } from '@argus/contract';
import { clientsOfTenant, resourcesOfTenant } from '@argus/store';
import {
  amendClient,
  changeClientSecret,
  clientOfTenant,
  createClient,
  removeClient,
} from '../flows/administer-clients.ts';
import { declareResource, removeResource } from '../flows/administer-resources.ts';
import type { ClientWithSecret } from '../flows/new-client.ts';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { administered } from './administered.ts';
import { describeClient, describeResource } from './describe-client.ts';

export const adminClientRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListClients, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor, status } = call.query;
      const page = await clientsOfTenant(services.store.pool, tenant, { limit, cursor, status });
      return { status: 200, json: { clients: page.items.map(describeClient), nextCursor: page.nextCursor } };
    }),
  ),

  endpointRoute(endpoints.adminCreateClient, (services, call) =>
    administered(services, call, async (by) => {
      const { id, ...settings } = call.body;
      return clientAnswer(201, await createClient(services, by, { id, settings }));
    }),
  ),

  endpointRoute(endpoints.adminShowClient, (services, call) =>
    administered(services, call, async (by) => {
      const client = await clientOfTenant(services, by, call.params.id);
      return isRefused(client) ? problemAnswer(client) : { status: 200, json: describeClient(client) };
    }),
  ),

  endpointRoute(endpoints.adminChangeClient, (services, call) =>
    administered(services, call, async (by) => {
      const { status, expectedChangedAt: seen, ...amendment } = call.body;
      const expectedChangedAt = seen === undefined ? undefined : Date.parse(seen);
      const change = { id: call.params.id, amendment, status, expectedChangedAt };
      return clientAnswer(200, await amendClient(services, by, change));
    }),
  ),

  endpointRoute(endpoints.adminRemoveClient, (services, call) =>
    administered(services, call, async (by) => goneAnswer(await removeClient(services, by, call.params.id))),
  ),

  endpointRoute(endpoints.adminNewClientSecret, (services, call) =>
    administered(services, call, async (by) =>
      clientAnswer(200, await changeClientSecret(services, by, call.params.id)),
    ),
  ),

  endpointRoute(endpoints.adminListResources, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor } = call.query;
      const page = await resourcesOfTenant(services.store.pool, tenant, { limit, cursor });
      return {
        status: 200,
        json: { resources: page.items.map(describeResource), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminDeclareResource, (services, call) =>
    administered(services, call, async (by) => {
      const { id, ...settings } = call.body;
      const resource = await declareResource(services, by, { id, settings });
      return isRefused(resource)
        ? problemAnswer(resource)
        : { status: 200, json: describeResource(resource) };
    }),
  ),

  endpointRoute(endpoints.adminRemoveResource, (services, call) =>
    administered(services, call, async (by) => goneAnswer(await removeResource(services, by, call.query.id))),
  ),
];

function clientAnswer(status: number, outcome: ClientWithSecret | Refused): Answer {
  if (isRefused(outcome)) return problemAnswer(outcome);
  return { status, json: { client: describeClient(outcome.client), secret: outcome.secret } };
}

/** The answer to a wish that something be gone. */
export function goneAnswer(refused: Refused | null): Answer {
  return refused ? problemAnswer(refused) : { status: 204 };
}
