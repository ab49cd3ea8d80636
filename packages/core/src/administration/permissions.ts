import {
  type AdministrativeRole,
  administrativeRoles,
  type Permission,
  permissionNames,
} from '@argus/contract';

/** What a role carries. `operate` is in none: what concerns the whole installation is no tenant's. */
export type TenantPermission = Exclude<Permission, 'operate'>;

const ofTenant = permissionNames.filter((each) => each !== 'operate');
const reading = ofTenant.filter((each) => each.startsWith('read-'));

/** The table: each administrative role and what it carries, in its own tenant. */
export const rolePermissions: Readonly<Record<AdministrativeRole, readonly TenantPermission[]>> = {
  owner: ofTenant,
  admin: ofTenant.filter((each) => each !== 'own-tenant'),
  'security-analyst': [...reading, 'end-sessions', 'respond'],
  'help-desk': ['read-users', 'read-sessions', 'read-roles', 'end-sessions', 'start-recovery'],
  auditor: reading,
};

/** What somebody with these roles may do. Applications' roles carry nothing here. */
export function permissionsOf(roles: readonly string[]): ReadonlySet<Permission> {
  const held = administrativeRoles.filter((role) => roles.includes(role));
  return new Set(held.flatMap((role) => rolePermissions[role]));
}

/**
 * The roles that carry something which is not among these permissions. Whoever has no more than these may not give
 * such a role, and may not change the account of somebody who has one: either would be a way to what they may not do.
 */
export function rolesBeyond(permissions: ReadonlySet<Permission>): readonly AdministrativeRole[] {
  return administrativeRoles.filter((role) => lacking(permissions, role) !== undefined);
}

/** What keeps these permissions from reaching any of the roles; undefined when nothing does. */
export function lackingFor(
  permissions: ReadonlySet<Permission>,
  roles: readonly string[],
): TenantPermission | undefined {
  for (const role of administrativeRoles) {
    const missing = roles.includes(role) ? lacking(permissions, role) : undefined;
    if (missing !== undefined) return missing;
  }
  return undefined;
}

function lacking(
  permissions: ReadonlySet<Permission>,
  role: AdministrativeRole,
): TenantPermission | undefined {
  return rolePermissions[role].find((permission) => !permissions.has(permission));
}
