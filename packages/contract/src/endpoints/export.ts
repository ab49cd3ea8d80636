import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { adminRefusals, tenantSchema } from './admin.ts';
import { applyDocumentSchema } from './apply.ts';

/** People are no configuration: they leave by the export of users, and with them what proves who they are. */
export const exportedDocumentSchema = applyDocumentSchema.omit({ users: true });
export type ExportedDocument = z.output<typeof exportedDocumentSchema>;

/** Why something is not in the document: applied elsewhere, it would come alive again or mean something else. */
export const leftOutReasons = {
  disabled: 'is disabled, and a document would enable it elsewhere',
  'registered-itself': 'registered itself: nobody declared it',
  'keys-that-expire': 'has keys that expire, of which a document cannot say when; its keys are left out',
} as const satisfies Record<string, string>;
export type LeftOutReason = keyof typeof leftOutReasons;
const reasonCodes = Object.keys(leftOutReasons) as [LeftOutReason, ...LeftOutReason[]]; // its own keys

export const leftOutSchema = z.strictObject({
  what: z.enum(['client', 'service']),
  name: z.string(),
  reason: z.enum(reasonCodes),
});
export type LeftOut = z.output<typeof leftOutSchema>;

export const adminExportConfiguration = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/configuration',
  summary:
    'What is declared, as a document that `argus apply` takes back without a change: of the whole installation, or of ' +
    'one tenant. It holds no secrets: applied where they are known, they stay.',
  caller: 'operator',
  permission: 'operate',
  query: z.strictObject({ tenant: tenantSchema.optional() }),
  success: {
    status: 200,
    body: z.strictObject({ document: exportedDocumentSchema, leftOut: z.array(leftOutSchema) }),
  },
  refusals: [...adminRefusals, 'not_found'],
});
