import { z } from 'zod';
import { clientIdSchema, clientSettingsSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { clientAuthMethods, clientSources, clientStatuses } from '../oauth.ts';
import { argusClient } from '../vocabulary.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, timeSchema } from './shapes.ts';

/** What weakens a client and may be meant so. Whoever administers sees it wherever the client is shown. */
export const clientWarnings = {
  'pkce-not-required':
    'PKCE is not required: a stolen code can be redeemed by whoever has the client’s secret.',
  'consent-not-asked': 'People are not asked whether they agree.',
  'impostor-not-asked':
    'People are not asked, and any program on their device can pass itself off as this public client.',
  'secret-in-body': 'The secret travels in the request body, where logs may keep it.',
  'redirect-to-private-scheme': 'Any program on the device can claim a redirect with a scheme of its own.',
  'redirect-on-this-machine': 'A redirect leads to plain http on this machine: right for development only.',
  'consent-without-end': 'A person’s yes holds until it is withdrawn.',
  'registered-itself': 'It registered itself: nobody has checked its name.',
} as const satisfies Record<string, string>;
export type ClientWarning = keyof typeof clientWarnings;

const warningCodes = Object.keys(clientWarnings) as [ClientWarning, ...ClientWarning[]]; // its own keys
export const clientWarningsSchema = z.array(z.enum(warningCodes));

/** RFC 9700 §4.15.1: an id that reads like a user's could be taken for that user, as the `sub` of a token. */
const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
export const newClientIdSchema = clientIdSchema
  .refine((id) => id !== argusClient, 'belongs to Argus itself')
  .refine((id) => !uuidForm.test(id), 'must not have the form of a UUID: people are named by those');

/** A client as administrators see it: its settings, and what else is known. Its secret is never shown again. */
export const adminClientSchema = clientSettingsSchema.extend({
  id: z.string(),
  status: z.enum(clientStatuses),
  source: z.enum(clientSources),
  /** The one that holds, whether it was declared or follows from the type. */
  authMethod: z.enum(clientAuthMethods),
  hasSecret: z.boolean(),
  warnings: clientWarningsSchema,
  createdAt: timeSchema,
  changedAt: timeSchema,
});
export type AdminClient = z.output<typeof adminClientSchema>;

const { shape } = clientSettingsSchema;
/** Settings that replace those that stand. Defaults are left out: one of them would overwrite what nobody named. */
export const clientAmendmentSchema = z.strictObject({
  name: shape.name.optional(),
  type: shape.type.optional(),
  applicationType: shape.applicationType.unwrap().optional(),
  authMethod: shape.authMethod.unwrap().nullable().optional(),
  redirectUris: shape.redirectUris.unwrap().optional(),
  postLogoutRedirectUris: shape.postLogoutRedirectUris.unwrap().optional(),
  grantTypes: shape.grantTypes.unwrap().optional(),
  responseModes: shape.responseModes.unwrap().optional(),
  scopes: shape.scopes.unwrap().optional(),
  resources: shape.resources.unwrap().optional(),
  origins: shape.origins.unwrap().optional(),
  profile: shape.profile.unwrap().optional(),
  requiresPkce: shape.requiresPkce.unwrap().optional(),
  requiresPar: shape.requiresPar.unwrap().optional(),
  requiresDpop: shape.requiresDpop.unwrap().optional(),
  consent: shape.consent.unwrap().optional(),
  consentDays: shape.consentDays.unwrap().optional(),
  accessTokenAlgorithm: shape.accessTokenAlgorithm.unwrap().optional(),
  idTokenAlgorithm: shape.idTokenAlgorithm.unwrap().optional(),
  jwks: shape.jwks.unwrap().nullable().optional(),
  jwksUri: shape.jwksUri.unwrap().nullable().optional(),
  backchannelLogoutUri: shape.backchannelLogoutUri.unwrap().nullable().optional(),
  defaultMaxAgeSeconds: shape.defaultMaxAgeSeconds.unwrap().optional(),
  refreshIsActivity: shape.refreshIsActivity.unwrap().optional(),
  mayIntrospect: shape.mayIntrospect.unwrap().optional(),
});
export type ClientAmendment = z.output<typeof clientAmendmentSchema>;

export const adminListClients = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/clients',
  summary: 'Clients of a tenant, by id; `status` narrows to one.',
  caller: 'operator',
  permission: 'read-clients',
  query: pageQuerySchema.extend({ ...tenantQuery, status: z.enum(clientStatuses).optional() }),
  success: {
    status: 200,
    body: z.strictObject({ clients: z.array(adminClientSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

/** `secret`: made for this answer and shown in no other; null when none was. */
const clientWithSecretSchema = z.strictObject({ client: adminClientSchema, secret: z.string().nullable() });

export const adminCreateClient = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/clients',
  summary:
    'Create a client. Without `id` it gets a readable one; if it needs a secret, this answer shows it.',
  caller: 'operator',
  permission: 'manage-clients',
  query: z.strictObject(tenantQuery),
  body: clientSettingsSchema.extend({ id: newClientIdSchema.optional() }),
  success: { status: 201, body: clientWithSecretSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminShowClient = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/clients/{id}',
  summary: 'One client.',
  caller: 'operator',
  permission: 'read-clients',
  params: z.strictObject({ id: clientIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: adminClientSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminChangeClient = defineEndpoint({
  method: 'PATCH',
  path: '/admin/v1/clients/{id}',
  summary:
    'Change settings, disable or enable. What is not named stays; null takes away. Disabling ends all its grants at once.',
  caller: 'operator',
  permission: 'manage-clients',
  params: z.strictObject({ id: clientIdSchema }),
  query: z.strictObject(tenantQuery),
  body: clientAmendmentSchema.extend({
    status: z.enum(clientStatuses).optional(),
    /** `changedAt` as it was read; `conflict` when somebody changed the client since. */
    expectedChangedAt: timeSchema.optional(),
  }),
  success: { status: 200, body: clientWithSecretSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminRemoveClient = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/clients/{id}',
  summary: 'Remove a client with the consents people gave it; all its grants end at once.',
  caller: 'operator',
  permission: 'manage-clients',
  params: z.strictObject({ id: clientIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminNewClientSecret = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/clients/{id}/secret',
  summary: 'Give a client a new secret, shown in this answer alone. The old one stops at once.',
  caller: 'operator',
  permission: 'manage-clients',
  params: z.strictObject({ id: clientIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: clientWithSecretSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});
