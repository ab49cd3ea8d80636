import { z } from 'zod';
import { oneOf, policySettingsSchema } from './settings.ts';
import { deviceClasses, presetNames, riskLevels } from './vocabulary.ts';

const name = z.string().min(1).max(100);
/** One of these; a single one may stand without a list. */
const anyOf = <Each extends z.ZodType>(each: Each, what: string) =>
  z.union([each, z.array(each).min(1).max(50)], { error: `must be ${what}, or a list of up to 50` });
const anyName = anyOf(name, 'a name of up to 100 characters');

/** Whom an override is for: every condition that is named must hold. None at all: everybody in the tenant. */
export const policyConditionSchema = z.strictObject({
  group: anyName.optional(),
  role: anyName.optional(),
  user: anyOf(z.uuid(), 'the id of a user').optional(),
  client: anyName.optional(),
  deviceClass: anyOf(oneOf(deviceClasses), `one of ${deviceClasses.join(', ')}`).optional(),
  riskLevel: anyOf(oneOf(riskLevels), `one of ${riskLevels.join(', ')}`).optional(),
});
export type PolicyCondition = z.infer<typeof policyConditionSchema>;

export const policyOverrideSchema = z.strictObject({
  when: policyConditionSchema.default({}),
  set: policySettingsSchema,
});
export type PolicyOverride = z.infer<typeof policyOverrideSchema>;

/** A tenant's policy: a preset, what the tenant sets in its place, and what is tighter for some. */
export const policyDocumentSchema = policySettingsSchema.extend({
  preset: oneOf(presetNames).default('balanced'),
  overrides: z.array(policyOverrideSchema).max(100).default([]),
});
export type PolicyDocument = z.infer<typeof policyDocumentSchema>;
