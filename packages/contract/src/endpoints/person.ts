import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, adminUserSchema, tenantQuery } from './admin.ts';
import { emailSchema, sessionRefusals, timeSchema, uuidSchema } from './shapes.ts';

const list = <Item extends z.ZodObject>(item: Item) => z.array(item);
const text = z.string();
const maybe = text.nullable();
const maybeTime = timeSchema.nullable();

const exportedSessionSchema = z.strictObject({
  id: uuidSchema,
  state: text,
  deviceId: uuidSchema,
  deviceClass: text,
  ip: text,
  userAgent: maybe,
  amr: z.array(text),
  acr: text,
  authenticatedAt: timeSchema,
  createdAt: timeSchema,
  lastActiveAt: timeSchema,
  idleExpiresAt: timeSchema,
  absoluteExpiresAt: timeSchema,
  isRemembered: z.boolean(),
  riskLevel: text,
  endedAt: maybeTime,
  endReason: maybe,
  /** What was proved in it, and when. */
  authentications: list(z.strictObject({ method: text, provedAt: timeSchema })),
  /** Which applications it gave access to. */
  grants: list(
    z.strictObject({
      id: uuidSchema,
      clientId: text,
      scope: text,
      resources: z.array(text),
      createdAt: timeSchema,
      rotatedAt: timeSchema,
      rotatedIp: text,
      rotatedUserAgent: maybe,
      endedAt: maybeTime,
      endReason: maybe,
    }),
  ),
  /** From where else the sign-in came. */
  providers: list(z.strictObject({ providerId: text, issuer: text, subject: text, sid: maybe })),
  /** What applications told of its requests, in all; null: nothing. */
  activity: z
    .strictObject({
      requests: z.int(),
      bytesOut: z.int(),
      records: z.int(),
      actions: z.int(),
      lastAt: timeSchema,
    })
    .nullable(),
});

const exportedEventSchema = z.strictObject({
  id: uuidSchema,
  time: timeSchema,
  type: text,
  actor: text,
  sessionId: uuidSchema.nullable(),
  grantId: uuidSchema.nullable(),
  deviceId: uuidSchema.nullable(),
  reason: maybe,
  ip: maybe,
  userAgent: maybe,
  details: z.record(text, z.unknown()),
});

/**
 * Everything that is kept of one person, but secrets, which prove somebody and tell nothing. A table that holds people
 * stands in one of these parts, or the store says why it stands in none.
 */
export const personExportSchema = z.strictObject({
  format: z.literal('argus-person-1'),
  exportedAt: timeSchema,
  tenant: text,
  profile: z.strictObject({
    id: uuidSchema,
    email: text,
    emailVerifiedAt: maybeTime,
    name: maybe,
    roles: z.array(text),
    groups: z.array(text),
    status: text,
    createdAt: timeSchema,
  }),
  passwords: list(z.strictObject({ changedAt: timeSchema })),
  passkeys: list(
    z.strictObject({
      id: uuidSchema,
      name: text,
      credentialId: text,
      aaguid: uuidSchema,
      transports: z.array(text),
      isBackedUp: z.boolean(),
      createdAt: timeSchema,
      lastUsedAt: maybeTime,
    }),
  ),
  authenticatorApps: list(
    z.strictObject({ id: uuidSchema, name: text, createdAt: timeSchema, lastUsedAt: maybeTime }),
  ),
  recoveryCodes: list(z.strictObject({ id: uuidSchema, createdAt: timeSchema, left: z.int() })),
  identities: list(
    z.strictObject({
      providerId: text,
      issuer: text,
      subject: text,
      email: maybe,
      linkedAt: timeSchema,
      lastUsedAt: timeSchema,
    }),
  ),
  devices: list(
    z.strictObject({
      id: uuidSchema,
      userAgent: maybe,
      firstSeenAt: timeSchema,
      lastSeenAt: timeSchema,
      /** Until when it is spared the second factor. */
      rememberedUntil: maybeTime,
    }),
  ),
  sessions: list(exportedSessionSchema),
  consents: list(
    z.strictObject({
      clientId: text,
      scope: z.array(text),
      resources: z.array(text),
      grantedAt: timeSchema,
      expiresAt: maybeTime,
    }),
  ),
  links: list(
    z.strictObject({
      kind: text,
      createdAt: timeSchema,
      expiresAt: timeSchema,
      consumedAt: maybeTime,
      details: z.record(text, z.unknown()),
    }),
  ),
  /** To the person's address, and not accepted. */
  invitations: list(
    z.strictObject({
      roles: z.array(text),
      groups: z.array(text),
      name: maybe,
      createdAt: timeSchema,
      expiresAt: timeSchema,
    }),
  ),
  /** Mails that wait to be sent; those that left are in `auditEvents`. */
  mails: list(
    z.strictObject({
      id: uuidSchema,
      kind: text,
      attempts: z.int(),
      createdAt: timeSchema,
      dueAt: timeSchema,
    }),
  ),
  recoveries: list(z.strictObject({ startedAt: timeSchema, dueAt: timeSchema })),
  wrongCodes: list(
    z.strictObject({ use: text, isKnownDevice: z.boolean(), inARow: z.int(), fullAt: timeSchema }),
  ),
  wrongPasswords: list(
    z.strictObject({ isKnownDevice: z.boolean(), inARow: z.int(), inAll: z.int(), lockedUntil: maybeTime }),
  ),
  auditEvents: list(exportedEventSchema),
  /** The renewals of sessions, which are audit events too, by session. */
  refreshes: list(
    z.strictObject({ id: uuidSchema, time: timeSchema, sessionId: uuidSchema, ip: maybe, userAgent: maybe }),
  ),
  /** What the person did as an administrator, without whom it was done to. */
  administration: list(
    z.strictObject({ id: uuidSchema, time: timeSchema, type: text, ip: maybe, userAgent: maybe }),
  ),
});
export type PersonExport = z.output<typeof personExportSchema>;
export type PersonExportPart = Exclude<keyof PersonExport, 'format' | 'exportedAt' | 'tenant' | 'profile'>;

export const exportAccount = defineEndpoint({
  method: 'GET',
  path: '/api/account/export',
  summary:
    'Everything that is kept of the signed-in person, as one document that comes piece by piece. Takes a fresh proof ' +
    'where policy says so for `export-data`.',
  caller: 'session',
  success: { status: 200, body: personExportSchema },
  refusals: [...sessionRefusals, 'slow_down'],
});

export const adminExportUser = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/users/{id}/export',
  summary: 'Everything that is kept of a user, as one document that comes piece by piece.',
  caller: 'operator',
  permission: 'export-users',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: personExportSchema },
  refusals: [...adminRefusals, 'not_found'],
});

/** The person's address once more, so that nobody erases by a slip. */
const confirmed = z.strictObject({ confirm: emailSchema });

export const eraseAccount = defineEndpoint({
  method: 'POST',
  path: '/api/account/erase',
  summary:
    'Erase the signed-in person, for good: every session ends now, and what is kept of them goes within minutes. Takes a ' +
    'fresh proof, whatever policy says.',
  caller: 'session',
  body: confirmed,
  success: { status: 202, body: z.strictObject({ state: z.literal('erasing') }) },
  refusals: [...sessionRefusals, 'last_owner', 'conflict'],
});

export const adminEraseUser = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/users/{id}/erase',
  summary: 'Erase a user, for good: every session ends now, and what is kept of them goes within minutes.',
  caller: 'operator',
  permission: 'erase-users',
  params: z.strictObject({ id: uuidSchema }),
  query: z.strictObject(tenantQuery),
  body: confirmed,
  success: { status: 202, body: adminUserSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict', 'last_owner'],
});
