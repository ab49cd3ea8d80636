import { z } from 'zod';
import { administrativeRoles, permissionNames } from '../administration.ts';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantQuery } from './admin.ts';

export const roleTableSchema = z.strictObject({
  roles: z.array(
    z.strictObject({
      name: z.enum(administrativeRoles),
      description: z.string(),
      permissions: z.array(z.enum(permissionNames)),
    }),
  ),
  permissions: z.array(z.strictObject({ name: z.enum(permissionNames), description: z.string() })),
});
export type RoleTable = z.output<typeof roleTableSchema>;

export const adminListRoles = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/roles',
  summary: 'The administrative roles and what each carries. Every other role is an application’s.',
  caller: 'operator',
  permission: 'read-roles',
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: roleTableSchema },
  refusals: adminRefusals,
});
