import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { existingChoices, importFormats, importStates } from '../import/import.ts';
import { personSchema } from '../import/person.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, timeSchema, uuidSchema } from './shapes.ts';

/** Bytes of a file that one call carries: with base64 around them they fit the body limit of the server. */
export const importPieceBytes = 45_000;

export const importSchema = z.strictObject({
  id: uuidSchema,
  name: z.string(),
  format: z.enum(importFormats),
  onExisting: z.enum(existingChoices),
  withAdministrators: z.boolean(),
  state: z.enum(importStates),
  startedBy: z.string(),
  /** Bytes that have arrived: the next ones begin here. */
  bytes: z.int(),
  /** Bytes that were dealt with. */
  bytesRead: z.int(),
  rows: z.int(),
  created: z.int(),
  skipped: z.int(),
  refused: z.int(),
  /** Since the whole file was there; null before any row was dealt with. */
  rowsPerSecond: z.number().nullable(),
  /** Why it failed. */
  failure: z.string().nullable(),
  createdAt: timeSchema,
  beganAt: timeSchema.nullable(),
  endedAt: timeSchema.nullable(),
});
export type ImportAnswer = z.output<typeof importSchema>;

const ofImport = { params: z.strictObject({ id: uuidSchema }), query: z.strictObject(tenantQuery) };

export const adminStartImport = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/imports',
  summary:
    'Begin to import people from a file of Keycloak, Auth0, CSV or JSON; at most five at once in a tenant. Its bytes follow ' +
    'in pieces, and when the last one is there its people are created by themselves.',
  caller: 'operator',
  permission: 'manage-users',
  query: z.strictObject(tenantQuery),
  body: z.strictObject({
    format: z.enum(importFormats),
    name: z
      .string()
      .min(1)
      .max(200)
      .regex(/^[^\p{Cc}\p{Cs}]+$/u),
    onExisting: z.enum(existingChoices).default('skip'),
    /** Without it a row with a role of administration is refused: another system may mean something else by it. */
    withAdministrators: z.boolean().default(false),
  }),
  success: { status: 201, body: importSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

export const adminReceiveImport = defineEndpoint({
  method: 'PUT',
  path: '/admin/v1/imports/{id}/data',
  summary:
    `The next piece of the file, ${importPieceBytes} bytes at most, as base64. \`conflict\` when it does not begin where ` +
    'the last one ended: `bytes` of the import says where that is, so an upload that broke off goes on from there.',
  caller: 'operator',
  permission: 'manage-users',
  ...ofImport,
  body: z.strictObject({
    offset: z.int().min(0),
    data: z.base64().max(4 * Math.ceil(importPieceBytes / 3)),
    isLast: z.boolean().default(false),
  }),
  success: { status: 200, body: importSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict', 'payload_too_large'],
});

export const adminListImports = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/imports',
  summary: 'Imports of a tenant, the newest first; ended ones for thirty days.',
  caller: 'operator',
  permission: 'read-users',
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({ imports: z.array(importSchema), nextCursor: z.string().nullable() }),
  },
  refusals: adminRefusals,
});

export const adminShowImport = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/imports/{id}',
  summary: 'One import, and how far it is.',
  caller: 'operator',
  permission: 'read-users',
  ...ofImport,
  success: { status: 200, body: importSchema },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminListRefusedRows = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/imports/{id}/refused',
  summary: 'Rows that made no account, and what speaks against each; the first 100,000 are kept.',
  caller: 'operator',
  permission: 'read-users',
  params: ofImport.params,
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({
      rows: z.array(z.strictObject({ row: z.int(), path: z.string(), reason: z.string() })),
      nextCursor: z.string().nullable(),
    }),
  },
  refusals: [...adminRefusals, 'not_found'],
});

export const adminCancelImport = defineEndpoint({
  method: 'DELETE',
  path: '/admin/v1/imports/{id}',
  summary:
    'Cancel an import: whoever began it, an owner or the operator. Who was created stays; the rest of the file is forgotten.',
  caller: 'operator',
  permission: 'manage-users',
  ...ofImport,
  success: { status: 200, body: importSchema },
  refusals: [...adminRefusals, 'not_found', 'conflict'],
});

const exportedPeople = {
  status: 200,
  body: z.strictObject({ people: z.array(personSchema), nextCursor: z.string().nullable() }),
};

export const adminExportUsers = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/exported-users',
  summary: 'People as an import takes them, without what would let anybody sign in as them.',
  caller: 'operator',
  permission: 'export-users',
  query: pageQuerySchema.extend(tenantQuery),
  success: exportedPeople,
  refusals: [...adminRefusals, 'not_found'],
});

export const adminExportUsersWithSecrets = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/exported-users/with-secrets',
  summary:
    'The same with hashes of passwords and the secrets of authenticator apps, for the operator key alone.',
  caller: 'operator',
  permission: 'operate',
  query: pageQuerySchema.extend(tenantQuery),
  success: exportedPeople,
  refusals: [...adminRefusals, 'not_found'],
});
