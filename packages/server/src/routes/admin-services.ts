import { type AdminService, endpoints, type ServiceId } from '@argus/contract';
import { type ServiceRecord, serviceOfTenant, servicesOfTenant } from '@argus/store';
import {
  addServiceKey,
  declareService,
  removeService,
  removeServiceKey,
  setServiceStatus,
} from '../flows/administer-services.ts';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { goneAnswer } from './admin-clients.ts';
import { administered } from './administered.ts';
import { time } from './describe.ts';

export const adminServiceRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListServices, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const { limit, cursor } = call.query;
      const page = await servicesOfTenant(services.store.pool, tenant, { limit, cursor });
      return {
        status: 200,
        json: { services: page.items.map(describeService), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminShowService, (services, call) =>
    administered(services, call, async ({ tenant }) => {
      const id = call.params.id as ServiceId; // of the form that the contract gives it
      const record = await serviceOfTenant(services.store.pool, tenant, id);
      return serviceAnswer(200, record ?? { refused: 'not_found' });
    }),
  ),

  endpointRoute(endpoints.adminDeclareService, (services, call) =>
    administered(services, call, async (by) =>
      serviceAnswer(200, await declareService(services, by, { id: call.params.id, settings: call.body })),
    ),
  ),

  endpointRoute(endpoints.adminChangeService, (services, call) =>
    administered(services, call, async (by) =>
      serviceAnswer(200, await setServiceStatus(services, by, { id: call.params.id, ...call.body })),
    ),
  ),

  endpointRoute(endpoints.adminRemoveService, (services, call) =>
    administered(services, call, async (by) => goneAnswer(await removeService(services, by, call.params.id))),
  ),

  endpointRoute(endpoints.adminAddServiceKey, (services, call) =>
    administered(services, call, async (by) => {
      const { publicKey, expiresAt } = call.body;
      const end = expiresAt === undefined ? null : Date.parse(expiresAt);
      const added = { id: call.params.id, publicKey, expiresAt: end };
      return serviceAnswer(201, await addServiceKey(services, by, added));
    }),
  ),

  endpointRoute(endpoints.adminRemoveServiceKey, (services, call) =>
    administered(services, call, async (by) => goneAnswer(await removeServiceKey(services, by, call.params))),
  ),
];

function serviceAnswer(status: number, outcome: ServiceRecord | Refused): Answer {
  return isRefused(outcome) ? problemAnswer(outcome) : { status, json: describeService(outcome) };
}

function describeService({ service, keys }: ServiceRecord): AdminService {
  const { id, name, status, permissions, createdAt } = service;
  return {
    id,
    name,
    status,
    permissions: [...permissions],
    createdAt: time(createdAt),
    keys: keys.map(({ keyId, addedAt, expiresAt }) => ({
      keyId,
      addedAt: time(addedAt),
      expiresAt: expiresAt === null ? null : time(expiresAt),
    })),
  };
}
