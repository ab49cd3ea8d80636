import { endpoints, type TenantId } from '@argus/contract';
import { operatorIn } from '../flows/administrator.ts';
import { exportConfiguration } from '../flows/export-configuration.ts';
import { type Answer, isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { exportPeople } from '../import/export-people.ts';
import { administered, installed } from './administered.ts';

export const adminExportRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminExportConfiguration, (services, call) =>
    installed(services, call, async () => {
      const only = call.query.tenant as TenantId | undefined; // the schema gave it the form of one
      const exported = await exportConfiguration(services, only);
      return isRefused(exported) ? problemAnswer(exported) : { status: 200, json: exported };
    }),
  ),

  endpointRoute(endpoints.adminExportUsers, (services, call) =>
    administered(services, call, async (by) => {
      const { limit, cursor } = call.query;
      return peopleAnswer(await exportPeople(services, by, { limit, cursor, withSecrets: false }));
    }),
  ),

  endpointRoute(endpoints.adminExportUsersWithSecrets, (services, call) =>
    installed(services, call, async ({ origin }) => {
      const { limit, cursor, tenant } = call.query;
      const by = operatorIn({ tenant: tenant as TenantId, origin }); // the schema gave it the form of one
      return peopleAnswer(await exportPeople(services, by, { limit, cursor, withSecrets: true }));
    }),
  ),
];

function peopleAnswer(exported: Awaited<ReturnType<typeof exportPeople>>): Answer {
  if (isRefused(exported)) return problemAnswer(exported);
  return { status: 200, json: { people: exported.items, nextCursor: exported.nextCursor } };
}
