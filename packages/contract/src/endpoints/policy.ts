import { z } from 'zod';
import { defineEndpoint } from '../endpoint.ts';
import { policyDocumentSchema, policyOverrideSchema } from '../policy/document.ts';
import { policySettingsSchema } from '../policy/settings.ts';
import { deviceClasses, presetNames, riskLevels } from '../policy/vocabulary.ts';
import { adminRefusals, tenantQuery } from './admin.ts';
import { pageQuerySchema, timeSchema, uuidSchema } from './shapes.ts';

const policyValueSchema = z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())]);

/** One value that is another than before; null where nothing stood, or no limit. */
export const policyDifferenceSchema = z.strictObject({
  path: z.string(),
  before: policyValueSchema,
  after: policyValueSchema,
});
export type PolicyDifferenceAnswer = z.output<typeof policyDifferenceSchema>;

/** What can be saved but does not do what its author may think. */
export const policyWarningSchema = z.strictObject({ path: z.string(), message: z.string() });

const versionNumberSchema = z.coerce.number().int().min(1).max(2_147_483_647);

/** One state of a tenant's policy. The first is the preset `balanced`, which nobody decided. */
export const policyVersionSchema = z.strictObject({
  version: z.int(),
  /** `operator` or `administrator:<user>`; null where nobody decided. */
  author: z.string().nullable(),
  note: z.string().nullable(),
  /** The version that was brought back. */
  restoredFrom: z.int().nullable(),
  createdAt: timeSchema,
});

export const listedPolicyVersionSchema = policyVersionSchema.extend({
  preset: z.enum(presetNames),
  /** To the version before; the first twenty of `differences`. */
  difference: z.array(policyDifferenceSchema),
  differences: z.int(),
});
export type ListedPolicyVersion = z.output<typeof listedPolicyVersionSchema>;

export const adminPolicySchema = policyVersionSchema.extend({
  document: policyDocumentSchema,
  /** To the version before, or to the one that was asked for. */
  difference: z.array(policyDifferenceSchema),
  warnings: z.array(policyWarningSchema),
});
export type AdminPolicy = z.output<typeof adminPolicySchema>;

const noteSchema = z
  .string()
  .min(1)
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u, 'must not contain control characters');
const shown = { status: 200, body: adminPolicySchema } as const;
const changeRefusals = [
  ...adminRefusals,
  'not_found',
  'precondition_required',
  'precondition_failed',
  'not_in_plan',
] as const;

export const adminShowPolicy = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/policy',
  summary: 'The policy of a tenant as it is in force, its version, and how it differs from the one before.',
  caller: 'operator',
  permission: 'read-policy',
  query: z.strictObject(tenantQuery),
  versioned: 'told',
  success: shown,
  refusals: [...adminRefusals, 'not_found'],
});

export const adminSetPolicy = defineEndpoint({
  method: 'PUT',
  path: '/admin/v1/policy',
  summary:
    'Put another policy in force, all of it. What is wrong with it is told at once, each with path and reason. ' +
    'The same policy again makes no version.',
  caller: 'operator',
  permission: 'manage-policy',
  query: z.strictObject({ ...tenantQuery, note: noteSchema.optional() }),
  body: policyDocumentSchema,
  versioned: 'demanded',
  success: shown,
  refusals: changeRefusals,
});

export const adminListPolicyVersions = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/policy/versions',
  summary: 'Every policy that ever was in force, newest first: who, when, and what became different.',
  caller: 'operator',
  permission: 'read-policy',
  query: pageQuerySchema.extend(tenantQuery),
  success: {
    status: 200,
    body: z.strictObject({
      versions: z.array(listedPolicyVersionSchema),
      nextCursor: z.string().nullable(),
    }),
  },
  refusals: adminRefusals,
});

export const adminShowPolicyVersion = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/policy/versions/{version}',
  summary: 'One version, and how it differs from the one before, or from the one that `against` names.',
  caller: 'operator',
  permission: 'read-policy',
  params: z.strictObject({ version: versionNumberSchema }),
  query: z.strictObject({ ...tenantQuery, against: versionNumberSchema.optional() }),
  success: shown,
  refusals: [...adminRefusals, 'not_found'],
});

export const adminRestorePolicy = defineEndpoint({
  method: 'POST',
  path: '/admin/v1/policy/versions/{version}/restore',
  summary: 'Put an earlier version in force again, as a new version.',
  caller: 'operator',
  permission: 'manage-policy',
  params: z.strictObject({ version: versionNumberSchema }),
  query: z.strictObject(tenantQuery),
  body: z.strictObject({ note: noteSchema.optional() }).default({}),
  versioned: 'demanded',
  success: shown,
  refusals: changeRefusals,
});

export const policyPresetSchema = z.strictObject({
  name: z.enum(presetNames),
  title: z.string(),
  note: z.string(),
  /** Whether a policy with this preset may not be looser where the preset names a source. */
  isFloor: z.boolean(),
  settings: policySettingsSchema,
  overrides: z.array(policyOverrideSchema),
  /** Where numbers come from, by the path of each; what has none is Argus’s own choice. */
  sources: z.record(z.string(), z.string()),
});
export type PolicyPresetAnswer = z.output<typeof policyPresetSchema>;

export const adminListPolicyPresets = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/policy/presets',
  summary: 'The presets with all that they set, and the source of each number that has one.',
  caller: 'operator',
  permission: 'read-policy',
  query: z.strictObject(tenantQuery),
  success: { status: 200, body: z.strictObject({ presets: z.array(policyPresetSchema) }) },
  refusals: adminRefusals,
});

export const effectivePolicySchema = z.strictObject({
  version: z.int(),
  /** For whom it was found out; what is null or empty meets no condition. */
  subject: z.strictObject({
    userId: uuidSchema.nullable(),
    roles: z.array(z.string()),
    groups: z.array(z.string()),
    client: z.string().nullable(),
    deviceClass: z.enum(deviceClasses).nullable(),
    riskLevel: z.enum(riskLevels).nullable(),
  }),
  /** The session that was asked for, and which rule ends it first. */
  session: z.strictObject({ id: uuidSchema, limitedBy: z.string() }).nullable(),
  /** Every value that holds, and the rule that it comes from: in words, and its place among the overrides. */
  values: z.array(
    z.strictObject({
      path: z.string(),
      value: policyValueSchema,
      setBy: z.string(),
      layer: z.enum(['preset', 'preset-override', 'tenant', 'override']),
      override: z.int().nullable(),
    }),
  ),
});
export type EffectivePolicyAnswer = z.output<typeof effectivePolicySchema>;

export const adminShowEffectivePolicy = defineEndpoint({
  method: 'GET',
  path: '/admin/v1/policy/effective',
  summary: 'What holds for somebody, or for a session, and why: each value with the rule that it comes from.',
  caller: 'operator',
  permission: 'read-policy',
  query: z.strictObject({
    ...tenantQuery,
    user: uuidSchema.optional(),
    client: z.string().min(1).max(100).optional(),
    deviceClass: z.enum(deviceClasses).optional(),
    riskLevel: z.enum(riskLevels).optional(),
    /** Its person, device and risk are what it is about: named beside it, they are refused. */
    session: uuidSchema.optional(),
  }),
  success: { status: 200, body: effectivePolicySchema },
  refusals: [...adminRefusals, 'not_found'],
});
