import { endpoints, type TenantId } from '@argus/contract';
import { exportConfiguration } from '../flows/export-configuration.ts';
import { isRefused, problemAnswer } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { installed } from './administered.ts';

export const adminExportRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminExportConfiguration, (services, call) =>
    installed(services, call, async () => {
      const only = call.query.tenant as TenantId | undefined; // the schema gave it the form of one
      const exported = await exportConfiguration(services, only);
      return isRefused(exported) ? problemAnswer(exported) : { status: 200, json: exported };
    }),
  ),
];
