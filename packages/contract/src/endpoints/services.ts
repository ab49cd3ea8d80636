import { z } from 'zod';
import { clientIdSchema } from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { servicePermissions } from '../service.ts';
import { serviceStatuses } from '../vocabulary.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, timeSchema } from './shapes.ts';

/** Ids of services stand in paths, and have the form of a client's. */
export const serviceIdSchema = clientIdSchema;
/** RFC 7638, of an Ed25519 key. */
export const keyThumbprintSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** RFC 8037 §2. With its private half it is refused, not used: whoever sent it may have shown it to others, too. */
export const servicePublicKeySchema = z
  .looseObject({
    kty: z.literal('OKP'),
    crv: z.literal('Ed25519'),
    x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
    alg: z.enum(['EdDSA', 'Ed25519']).optional(),
    use: z.literal('sig').optional(),
    kid: z.string().max(256).optional(),
  })
  .refine((jwk) => !('d' in jwk), 'is a private key; send only the public half');

/** What an administrator declares of a service. */
export const serviceSettingsSchema = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(100)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u)
    .optional(),
  permissions: z
    .array(z.enum(servicePermissions))
    .max(servicePermissions.length)
    .default([...servicePermissions]),
});
export type ServiceSettings = z.output<typeof serviceSettingsSchema>;

const serviceKeySchema = z.strictObject({
  keyId: z.string(),
  addedAt: timeSchema,
  expiresAt: timeSchema.nullable(),
});

export const adminServiceSchema = z.strictObject({
  id: z.string(),
  name: z.string().nullable(),
  status: z.enum(serviceStatuses),
  permissions: z.array(z.enum(servicePermissions)),
  createdAt: timeSchema,
  keys: z.array(serviceKeySchema),
});
export type AdminService = z.output<typeof adminServiceSchema>;

const ofService = { params: z.strictObject({ id: serviceIdSchema }), query: z.strictObject(tenantQuery) };

export const adminListServices = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/services',
  summary: 'Services of a tenant by id, each with its keys.',
  caller: 'operator',
  permission: 'read-services',
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({ services: z.array(adminServiceSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminShowService = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/services/{id}',
  summary: 'One service.',
  caller: 'operator',
  permission: 'read-services',
  ...ofService,
  success: { status: 200, body: adminServiceSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminDeclareService = defineEndpoint({
  method: 'PUT',
  path: '/admin/v1/services/{id}',
  summary:
    'Create a service, a program that signs its requests (RFC 9421), or change its name and permissions.',
  caller: 'operator',
  permission: 'manage-services',
  ...ofService,
  body: serviceSettingsSchema,
  success: { status: 200, body: adminServiceSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminChangeService = defineEndpoint({
  method: 'PATCH',
  path: '/admin/v1/services/{id}',
  summary:
    'Disable or enable a service. A disabled one is refused, and its open streams end, within seconds.',
  caller: 'operator',
  permission: 'manage-services',
  ...ofService,
  body: z.strictObject({ status: z.enum(serviceStatuses) }),
  success: { status: 200, body: adminServiceSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminRemoveService = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/services/{id}',
  summary: 'Remove a service and its keys.',
  caller: 'operator',
  permission: 'manage-services',
  ...ofService,
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminAddServiceKey = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/services/{id}/keys',
  summary:
    'Give a service one more key, ten at most; it is named by its thumbprint (RFC 7638). The keys before it hold until ' +
    'they are removed, so that one follows the other without a pause.',
  caller: 'operator',
  permission: 'manage-services',
  ...ofService,
  body: z.strictObject({ publicKey: servicePublicKeySchema, expiresAt: timeSchema.optional() }),
  success: { status: 201, body: adminServiceSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminRemoveServiceKey = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/services/{id}/keys/{keyId}',
  summary: 'Remove one key of a service: from now on it proves nothing.',
  caller: 'operator',
  permission: 'manage-services',
  params: z.strictObject({ id: serviceIdSchema, keyId: keyThumbprintSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});
