import {
  administrativeRoles,
  endpoints,
  permissionNames,
  permissions,
  roleDescriptions,
} from '@argus/contract';
import { rolePermissions } from '@argus/core';
import { endpointRoute, type Route } from '../http/route.ts';
import { administered } from './administered.ts';

const table = {
  roles: administrativeRoles.map((name) => ({
    name,
    description: roleDescriptions[name],
    permissions: rolePermissions[name],
  })),
  permissions: permissionNames.map((name) => ({ name, description: permissions[name] })),
};

export const adminRoleRoutes: readonly Route[] = [
  endpointRoute(endpoints.adminListRoles, (services, call) =>
    administered(services, call, async () => ({ status: 200, json: table })),
  ),
];
