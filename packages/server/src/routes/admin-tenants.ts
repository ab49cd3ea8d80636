import { type AdminTenant, endpoints, type TenantId } from '@argus/contract';
import type { Tenant } from '@argus/core';
import { tenantById, tenantsOfInstallation } from '@argus/store';
import { type Answer, isRefused, problemAnswer, type Refused } from '../http/answer.ts';
import { endpointRoute, type Route } from '../http/route.ts';
import { changeTenant, createTenant } from '../tenant/administer-tenants.ts';
import { eraseTenant, resumeTenant, suspendTenant } from '../tenant/close-tenant.ts';
import { administeredTenant, installed } from './administered.ts';
import { time } from './describe.ts';

export const adminTenantRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListTenants, (services, call) =>
    installed(services, call, async () => {
      const page = await tenantsOfInstallation(services.store.pool, call.query);
      return {
        status: 200,
        json: { tenants: page.items.map(describeTenant), nextCursor: page.nextCursor },
      };
    }),
  ),

  endpointRoute(endpoints.adminCreateTenant, (services, call) =>
    installed(services, call, async (by) => {
      const { id, ...settings } = call.body;
      // Of the form that the contract gives it.
      return tenantAnswer(201, await createTenant(services, { ...by, tenant: id as TenantId }, settings));
    }),
  ),

  endpointRoute(endpoints.adminShowTenant, (services, call) =>
    administeredTenant(services, call, async ({ tenant }) =>
      tenantAnswer(200, (await tenantById(services.store.pool, tenant)) ?? { refused: 'not_found' }),
    ),
  ),

  endpointRoute(endpoints.adminChangeTenant, (services, call) =>
    administeredTenant(services, call, async (by) =>
      tenantAnswer(200, await changeTenant(services, by, call.body)),
    ),
  ),

  endpointRoute(endpoints.adminSuspendTenant, (services, call) =>
    installed(services, call, async (by) =>
      tenantAnswer(200, await suspendTenant(services, { ...by, tenant: call.params.id as TenantId })),
    ),
  ),

  endpointRoute(endpoints.adminResumeTenant, (services, call) =>
    installed(services, call, async (by) =>
      tenantAnswer(200, await resumeTenant(services, { ...by, tenant: call.params.id as TenantId })),
    ),
  ),

  endpointRoute(endpoints.adminEraseTenant, (services, call) =>
    installed(services, call, async (by) => {
      const tenant = call.params.id as TenantId;
      return tenantAnswer(202, await eraseTenant(services, { ...by, tenant }, call.body.confirm));
    }),
  ),
];

function tenantAnswer(status: number, outcome: Tenant | Refused): Answer {
  return isRefused(outcome) ? problemAnswer(outcome) : { status, json: describeTenant(outcome) };
}

function describeTenant(tenant: Tenant): AdminTenant {
  const { createdAt, suspendedAt, settledAt, ...rest } = tenant;
  return {
    ...rest,
    createdAt: time(createdAt),
    suspendedAt: suspendedAt === null ? null : time(suspendedAt),
    settledAt: settledAt === null ? null : time(settledAt),
  };
}
