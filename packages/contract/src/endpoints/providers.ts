import { z } from 'zod';
import { clientIdSchema, providerSettingsSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, timeSchema } from './shapes.ts';

/** Ids of providers stand in paths, and have the form of a client's. */
export const providerIdSchema = clientIdSchema;
/** What the provider gave Argus to prove itself with; as long as that provider likes, but printable (RFC 6749 A.2). */
export const providerSecretSchema = z.string().regex(/^[\x20-\x7e]{1,1000}$/);

/** A provider as administrators see it; the secret that Argus proves itself with there is never shown. */
export const adminProviderSchema = providerSettingsSchema.extend({
  id: z.string(),
  hasSecret: z.boolean(),
  changedAt: timeSchema,
});
export type AdminProvider = z.output<typeof adminProviderSchema>;

export const adminListProviders = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/providers',
  summary: 'The identity providers that a tenant accepts people from, by id.',
  caller: 'operator',
  permission: 'read-providers',
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({ providers: z.array(adminProviderSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminShowProvider = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/providers/{id}',
  summary: 'One identity provider.',
  caller: 'operator',
  permission: 'read-providers',
  params: z.strictObject({ id: providerIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: adminProviderSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminDeclareProvider = defineEndpoint({
  method: 'PUT',
  path: '/admin/v1/providers/{id}',
  summary: 'Create or replace a provider. Without `clientSecret` the old one stays; null takes it away.',
  caller: 'operator',
  permission: 'manage-providers',
  params: z.strictObject({ id: providerIdSchema }),
  query: z.strictObject(tenantQuery),
  body: providerSettingsSchema.extend({ clientSecret: providerSecretSchema.nullable().optional() }),
  success: { status: 200, body: adminProviderSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminRemoveProvider = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/providers/{id}',
  summary: 'Remove a provider. People stay, but can no longer come from there.',
  caller: 'operator',
  permission: 'manage-providers',
  params: z.strictObject({ id: providerIdSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});
