import { z } from 'zod';
import { resourceIdSchema, resourceSettingsSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema } from './shapes.ts';

/** The id is a URI, so it travels in the body or the query and never in a path. */
export const adminResourceSchema = resourceSettingsSchema.extend({ id: resourceIdSchema });
export type AdminResource = z.output<typeof adminResourceSchema>;

export const adminListResources = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/resources',
  summary: 'Resources of a tenant (RFC 8707), by id.',
  caller: 'operator',
  permission: 'read-clients',
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({ resources: z.array(adminResourceSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminDeclareResource = defineEndpoint({
  method: 'PUT',
  path: '/admin/v1/resources',
  summary: 'Create or replace a resource: an API that access tokens are issued for.',
  caller: 'operator',
  permission: 'manage-clients',
  query: z.strictObject(tenantQuery),
  body: adminResourceSchema,
  success: { status: 200, body: adminResourceSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminRemoveResource = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/resources',
  summary: 'Remove a resource: no more tokens are issued for it.',
  caller: 'operator',
  permission: 'manage-clients',
  query: z.strictObject({ ...tenantQuery, id: resourceIdSchema }),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});
