import { z } from 'zod';
import { policySettingsSchema } from './settings.ts';
import { deviceClasses, presetNames, riskLevels } from './vocabulary.ts';

const name = z.string().min(1).max(100);
/** One of these; a single one may stand without a list. */
const anyOf = <Each extends z.ZodType>(each: Each) => z.union([each, z.array(each).min(1).max(50)]);

/** Whom an override is for: every condition that is named must hold. None at all: everybody in the tenant. */
export const policyConditionSchema = z.strictObject({
  group: anyOf(name).optional(),
  role: anyOf(name).optional(),
  user: anyOf(z.uuid()).optional(),
  client: anyOf(name).optional(),
  deviceClass: anyOf(z.enum(deviceClasses)).optional(),
  riskLevel: anyOf(z.enum(riskLevels)).optional(),
});
export type PolicyCondition = z.infer<typeof policyConditionSchema>;

export const policyOverrideSchema = z.strictObject({
  when: policyConditionSchema.default({}),
  set: policySettingsSchema,
});
export type PolicyOverride = z.infer<typeof policyOverrideSchema>;

/** A tenant's policy: a preset, what the tenant sets in its place, and what is tighter for some. */
export const policyDocumentSchema = policySettingsSchema.extend({
  preset: z.enum(presetNames).default('balanced'),
  overrides: z.array(policyOverrideSchema).max(100).default([]),
});
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;
