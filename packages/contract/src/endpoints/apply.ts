import { z } from 'zod';
import {
  clientSettingsSchema,
  providerSettingsSchema,
  resourceIdSchema,
  resourceSettingsSchema,
} from '../client.ts';
import { defineEndpoint } from '../endpoint.ts';
import { policyDocumentSchema } from '../policy/document.ts';
import { tenantChangesSchema } from '../tenant.ts';
import { adminRefusals, groupsSchema, rolesSchema, tenantSchema } from './admin.ts';
import { clientWarningsSchema, newClientIdSchema } from './clients.ts';
import { policyDifferenceSchema, policyWarningSchema } from './policy.ts';
import { providerIdSchema, providerSecretSchema } from './providers.ts';
import { serviceIdSchema, servicePublicKeySchema, serviceSettingsSchema } from './services.ts';
import { emailSchema } from './shapes.ts';

const ofTenant = { tenant: tenantSchema.default('default') };

/** Long enough that nobody guesses it, of characters that every way of sending it carries (RFC 6749 appendix A.2). */
const declaredSecretSchema = z
  .string()
  .regex(/^[\x20-\x7e]{32,512}$/, 'must have 32 to 512 characters of printable ASCII');

const userDeclarationSchema = z.strictObject({
  ...ofTenant,
  email: emailSchema,
  name: z.string().max(100).optional(),
  /** Holds at creation only; never overwrites what the person chose. */
  password: z.string().min(1).max(1024).optional(),
  /** Made by another system, in its usual text; holds at creation only, and until the person signs in. */
  passwordHash: z.string().min(1).max(512).optional(),
  roles: rolesSchema.default([]),
  /** Of which policy may speak; without them, those that are known stay. */
  groups: groupsSchema.optional(),
});

const clientDeclarationSchema = clientSettingsSchema.extend({
  ...ofTenant,
  id: newClientIdSchema,
  /** Without one, a client that needs it gets one that is shown once; a later document leaves it alone. */
  secret: declaredSecretSchema.optional(),
});

const resourceDeclarationSchema = resourceSettingsSchema.extend({ ...ofTenant, id: resourceIdSchema });

const providerDeclarationSchema = providerSettingsSchema.extend({
  ...ofTenant,
  id: providerIdSchema,
  /** Without one, the one that is known stays. */
  clientSecret: providerSecretSchema.optional(),
});

const serviceDeclarationSchema = serviceSettingsSchema.extend({
  ...ofTenant,
  id: serviceIdSchema,
  publicKey: servicePublicKeySchema.optional(),
  /** With these and no others; without any, the ones that are known stay. */
  publicKeys: z.array(servicePublicKeySchema).min(1).max(10).optional(),
});

/** The declarative document of `argus apply`. Unknown keys are refused. */
export const applyDocumentSchema = z.strictObject({
  tenants: z
    .array(
      tenantChangesSchema.extend({
        id: tenantSchema,
        /** All of it; without one, the one in force stays. */
        policy: policyDocumentSchema.optional(),
      }),
    )
    .max(1000)
    .default([]),
  users: z.array(userDeclarationSchema).max(10_000).default([]),
  resources: z.array(resourceDeclarationSchema).max(1000).default([]),
  clients: z.array(clientDeclarationSchema).max(1000).default([]),
  providers: z.array(providerDeclarationSchema).max(1000).default([]),
  services: z.array(serviceDeclarationSchema).max(1000).default([]),
});
export type ApplyDocument = z.infer<typeof applyDocumentSchema>;

const appliedChangeSchema = z.strictObject({
  kind: z.enum(['create', 'change']),
  what: z.enum(['tenant', 'policy', 'user', 'resource', 'client', 'provider', 'service']),
  name: z.string(),
  /** What is different from before. */
  fields: z.array(z.string()).optional(),
  /** With which a new user sets a password. */
  link: z.string().optional(),
  /** Made for a new client that declared none; shown in this answer alone. */
  secret: z.string().optional(),
  warnings: clientWarningsSchema.optional(),
  /** What became different of a policy. */
  difference: z.array(policyDifferenceSchema).optional(),
  policyWarnings: z.array(policyWarningSchema).optional(),
});
export type AppliedChange = z.output<typeof appliedChangeSchema>;

export const adminApply = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/apply',
  summary: 'Bring the installation to the state a document declares; answers what changed. Idempotent.',
  caller: 'operator',
  permission: 'operate',
  body: applyDocumentSchema,
  success: {
    status: 200,
    body: z.strictObject({ changes: z.array(appliedChangeSchema), unchanged: z.int() }),
  },
  refusals: [
    ...adminRefusals,
    'password_too_short',
    'password_too_long',
    'password_composition',
    'password_common',
    'conflict',
    'last_owner',
  ],
});
