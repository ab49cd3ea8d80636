import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { tenantChangesSchema, tenantSettingsSchema } from '../tenant.ts';
import { tenantStatuses } from '../vocabulary.ts';
import { adminRefusals, tenantSchema } from './admin.ts';
import { pageQuerySchema, timeSchema } from './shapes.ts';

export const adminTenantSchema = tenantSettingsSchema.extend({
  id: z.string(),
  status: z.enum(tenantStatuses),
  createdAt: timeSchema,
  suspendedAt: timeSchema.nullable(),
  /** From here on nothing of a suspended tenant lives any more; before, it can be neither resumed nor erased. */
  settledAt: timeSchema.nullable(),
});
export type AdminTenant = z.output<typeof adminTenantSchema>;

const ofTenant = { params: z.strictObject({ id: tenantSchema }) };
const shown = { status: 200, body: adminTenantSchema } as const;

export const adminListTenants = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/tenants',
  summary: 'Tenants of the installation by id. For the operator alone.',
  caller: 'operator',
  permission: 'operate',
  query: pageQuerySchema.extend({ status: z.enum(tenantStatuses).optional() }),
  success: {
    status: 200,
    body: z.strictObject({ tenants: z.array(adminTenantSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminCreateTenant = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/tenants',
  summary: 'Create a tenant. A host or domain that another tenant has is a conflict. For the operator alone.',
  caller: 'operator',
  permission: 'operate',
  body: tenantChangesSchema.extend({ id: tenantSchema }),
  success: { status: 201, body: adminTenantSchema },
  refusals: [...adminRefusals, 'conflict'],
});

export const adminShowTenant = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/tenants/{id}',
  summary: 'One tenant: any for the operator, their own for administrators.',
  caller: 'operator',
  permission: 'read-tenant',
  ...ofTenant,
  success: shown,
  refusals: [...adminRefusals, 'not_found'],
});

export const adminChangeTenant = defineEndpoint({
  method: 'PATCH',
  path: '/admin/v1/tenants/{id}',
  summary: 'Change what is given of a tenant. Its administrators may change its name and nothing else.',
  caller: 'operator',
  permission: 'manage-tenant',
  ...ofTenant,
  body: tenantChangesSchema,
  success: shown,
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminSuspendTenant = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/tenants/{id}/suspend',
  summary:
    'Suspend a tenant: from now on nobody gets in and nothing is renewed; its sessions end and do not come back. ' +
    'For the operator alone.',
  caller: 'operator',
  permission: 'operate',
  ...ofTenant,
  success: shown,
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminResumeTenant = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/tenants/{id}/resume',
  summary:
    'Let people into a suspended tenant again, once the last of its sessions has ended: until then it is a conflict. ' +
    'For the operator alone.',
  caller: 'operator',
  permission: 'operate',
  ...ofTenant,
  success: shown,
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminEraseTenant = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/tenants/{id}/erase',
  summary:
    'Erase a tenant that is suspended, once the last of its sessions has ended: all that it holds, its audit log too, ' +
    'goes piece by piece and for good. For the operator alone.',
  caller: 'operator',
  permission: 'operate',
  ...ofTenant,
  /** The id once more, so that nobody erases by a slip. */
  body: z.strictObject({ confirm: tenantSchema }),
  success: { status: 202, body: adminTenantSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});
