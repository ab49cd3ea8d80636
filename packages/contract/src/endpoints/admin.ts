import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { auditEventTypes, sessionStates, settableStatuses, userStatuses } from '../vocabulary.ts';
import {
  activityCountsSchema,
  emailSchema,
  listedSessionSchema,
  pageQuerySchema,
  timeSchema,
  uuidSchema,
} from './shapes.ts';

/** Any call of administration may answer these. */
export const adminRefusals = ['operator_key_required', 'denied', 'insufficient_user_authentication'] as const;
export const tenantSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);
export const tenantQuery = { tenant: tenantSchema.default('default') };
const roleSchema = z.string().regex(/^[a-z0-9][a-z0-9_.:-]{0,63}$/);
/** Roles travel in the access token, which is a cookie: browsers keep 4,096 bytes of one (RFC 6265bis §5.6). */
export const rolesSchema = z
  .array(roleSchema)
  .max(50)
  .refine((roles) => roles.join('","').length <= 1_500, 'have more than 1,500 characters together');
/** What policy may speak of; not carried in tokens. */
export const groupsSchema = z
  .array(
    z
      .string()
      .min(1)
      .max(100)
      .regex(/^[^\p{Cc}\p{Cs}]+$/u),
  )
  .max(50);

export const adminUserSchema = z.strictObject({
  id: uuidSchema,
  email: z.string(),
  name: z.string().nullable(),
  roles: z.array(z.string()),
  groups: z.array(z.string()),
  status: z.enum(userStatuses),
  createdAt: timeSchema,
  liveSessions: z.int(),
  /** Wrong passwords keep the way in by password shut until then. */
  lockedUntil: timeSchema.nullable(),
});
export type AdminUser = z.infer<typeof adminUserSchema>;

export const adminListUsers = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/users',
  summary: 'Users of a tenant in order of creation; `email` narrows to one address.',
  caller: 'operator',
  permission: 'read-users',
  query: pageQuerySchema.extend({ ...tenantQuery, email: emailSchema.optional() }),
  success: {
    status: 200,
    body: z.strictObject({ users: z.array(adminUserSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminCreateUser = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/users',
  summary:
    'Create a user and mail a one-time link with which the person sets a password. The operator alone is shown the link.',
  caller: 'operator',
  permission: 'manage-users',
  query: z.strictObject(tenantQuery),
  body: z.strictObject({
    email: emailSchema,
    name: z.string().max(100).optional(),
    roles: rolesSchema.default([]),
  }),
  success: {
    status: 201,
    body: z.strictObject({
      user: adminUserSchema,
      /** Null for an administrator. */
      link: z.string().nullable(),
      linkExpiresAt: timeSchema,
    }),
  },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminChangeUser = defineEndpoint({
  method: 'PATCH',
  path: '/admin/v1/users/{id}',
  summary:
    'Disable or enable a user, or set roles or groups. Disabling ends every session and grant at once.',
  caller: 'operator',
  permission: 'manage-users',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  body: z.strictObject({
    status: z.enum(settableStatuses).optional(),
    roles: rolesSchema.optional(),
    groups: groupsSchema.optional(),
  }),
  success: { status: 200, body: adminUserSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict', 'last_owner'],
});

export const adminUnlockUser = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/users/{id}/unlock',
  summary: 'Let passwords and codes of a user be tried again that were tried too often.',
  caller: 'operator',
  permission: 'respond',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: adminUserSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminSessionSchema = listedSessionSchema
  .omit({ current: true })
  .extend({ userId: uuidSchema, email: z.string(), activity: activityCountsSchema.nullable() });
export type AdminSession = z.infer<typeof adminSessionSchema>;

export const adminListSessions = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/sessions',
  summary: 'Sessions of a tenant, newest first, by state and user.',
  caller: 'operator',
  permission: 'read-sessions',
  query: pageQuerySchema.extend({
    ...tenantQuery,
    state: z.enum(sessionStates).default('active'),
    userId: uuidSchema.optional(),
  }),
  success: {
    status: 200,
    body: z.strictObject({ sessions: z.array(adminSessionSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminEndSession = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/sessions/{id}',
  summary: 'End one session.',
  caller: 'operator',
  permission: 'end-sessions',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 204, body: null },
  refusals: [...adminRefusals, 'not_found'],
});

export const auditEventSchema = z.strictObject({
  id: uuidSchema,
  time: timeSchema,
  type: z.enum(auditEventTypes),
  actor: z.string(),
  userId: z.string().nullable(),
  sessionId: z.string().nullable(),
  grantId: z.string().nullable(),
  deviceId: z.string().nullable(),
  reason: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEventAnswer = z.infer<typeof auditEventSchema>;

export const adminListAuditEvents = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/audit-events',
  summary: 'Audit events of a tenant, newest first, by user, session and type.',
  caller: 'operator',
  permission: 'read-audit',
  query: pageQuerySchema.extend({
    ...tenantQuery,
    userId: uuidSchema.optional(),
    sessionId: uuidSchema.optional(),
    type: z.enum(auditEventTypes).optional(),
  }),
  success: {
    status: 200,
    body: z.strictObject({ events: z.array(auditEventSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const signingKeySchema = z.strictObject({
  kid: z.string(),
  use: z.enum(['access', 'refresh', 'service']),
  algorithm: z.string(),
  publishedAt: timeSchema,
  signsFrom: timeSchema,
  signsUntil: timeSchema.nullable(),
  removedAfter: timeSchema.nullable(),
});

export const adminListKeys = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/keys',
  summary: 'The signing keys of the installation: published since, signing from and until, removed after.',
  caller: 'operator',
  permission: 'operate',
  success: { status: 200, body: z.strictObject({ keys: z.array(signingKeySchema) }) },
  refusals: adminRefusals,
});

export const adminRotateKeys = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/keys/rotate',
  summary:
    'Start a planned rotation now: new keys are published at once and sign after the cache lifetime. In an emergency ' +
    'every key so far is withdrawn and new ones sign at once: everybody signs in again.',
  caller: 'operator',
  permission: 'operate',
  body: z.strictObject({ emergency: z.boolean().default(false) }).default({ emergency: false }),
  success: { status: 200, body: z.strictObject({ keys: z.array(signingKeySchema) }) },
  refusals: adminRefusals,
});
