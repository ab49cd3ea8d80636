/**
 * Who may do what in the administration of a tenant. A user's administrative roles are those named here; every other
 * role is an application's, to which Argus gives no meaning. Which role carries what is decided in core.
 */

/** From the one that may everything in its tenant to the ones that only look. */
export const administrativeRoles = ['owner', 'admin', 'security-analyst', 'help-desk', 'auditor'] as const;
export type AdministrativeRole = (typeof administrativeRoles)[number];

/** For whoever gives a role. */
export const roleDescriptions: Readonly<Record<AdministrativeRole, string>> = {
  owner: 'Everything in the tenant, and alone gives and takes the role owner.',
  admin: 'Everything in the tenant but what only an owner may.',
  'security-analyst': 'Sees everything and answers attacks.',
  'help-desk': 'Helps people who cannot get in: ends their sessions and starts recoveries.',
  auditor: 'Sees everything and changes nothing.',
};

/** May everything in its tenant, and alone gives and takes this role. */
export const ownerRole: AdministrativeRole = 'owner';
/** May everything in its tenant but what only an owner may. */
export const administratorRole: AdministrativeRole = 'admin';

/** What a call of administration takes, with a sentence for whoever gives a role. A closed set. */
export const permissions = {
  'read-users': 'See users, what they can sign in with, what they agreed to, and their recoveries.',
  'read-sessions': 'See sessions and their devices.',
  'read-audit': 'See the audit log.',
  'read-clients': 'See clients and resources.',
  'read-providers': 'See identity providers.',
  'read-services': 'See services and their keys.',
  'read-policy': 'See policies and what they lead to.',
  'read-tenant': 'See the settings of the tenant.',
  'read-roles': 'See which role carries what.',
  'end-sessions': 'End sessions.',
  respond:
    'Answer an attack: unlock accounts, withdraw consents, and end sessions even of people who may do more.',
  'start-recovery': 'Send links to new passwords; start and cancel recoveries of lost factors.',
  'manage-users': 'Create, import, change, disable and enable users.',
  'manage-authenticators': 'Take away what a user can sign in with.',
  'manage-roles': 'Give and take roles.',
  'export-users': 'Export what is kept of a person.',
  'erase-users': 'Erase a person.',
  'manage-clients': 'Create, change and remove clients and resources.',
  'manage-providers': 'Declare and remove identity providers.',
  'manage-services': 'Declare, change and remove services and their keys.',
  'manage-policy': 'Change policies.',
  'manage-tenant': 'Change the settings of the tenant.',
  'own-tenant': 'Give and take the role owner, and decide what holds for owners.',
  operate: 'What concerns the whole installation. No role carries it, only the operator key on this machine.',
} as const satisfies Record<string, string>;
export type Permission = keyof typeof permissions;

/** Its own keys, in the order of the table. */
export const permissionNames = Object.keys(permissions) as [Permission, ...Permission[]];
