import { deviceClasses, type PolicyDocument, policyDocumentSchema, riskLevels } from '@argus/contract';
import fc from 'fast-check';

/** Amounts small enough that sessions of a few hours fall on both sides. */
const idleMinutes = fc.option(fc.integer({ min: 1, max: 90 }));
const absoluteHours = fc.integer({ min: 1, max: 16 }).map((quarters) => quarters / 4);
const idleDays = fc.integer({ min: 1, max: 8 }).map((quarters) => quarters / 4);

const session = fc.record(
  {
    idleMinutes,
    absoluteHours,
    rememberMe: fc.record(
      { allowed: fc.boolean(), idleDays, absoluteDays: fc.integer({ min: 1, max: 3 }) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: [] },
);
const authentication = fc.record(
  {
    factors: fc.record(
      { required: fc.constantFrom(1, 1, 2), phishingResistant: fc.boolean() },
      { requiredKeys: [] },
    ),
    passkey: fc.record({ attestation: fc.constantFrom('none', 'none', 'verified') }, { requiredKeys: [] }),
  },
  { requiredKeys: [] },
);
const settings = fc.record({ session, authentication }, { requiredKeys: [] });

export const roles = ['admin', 'editor'] as const;
export const groups = ['abroad', 'finance'] as const;
const some = <Each extends string>(list: readonly Each[]) =>
  fc.oneof(fc.constantFrom(...list), fc.uniqueArray(fc.constantFrom(...list), { minLength: 1 }));
const when = (users: readonly string[]) =>
  fc.record(
    {
      role: some(roles),
      group: some(groups),
      deviceClass: some(deviceClasses),
      riskLevel: some(riskLevels),
      client: fc.constantFrom('notes', 'argus'),
      ...(users.length > 0 ? { user: some(users) } : {}),
    },
    { requiredKeys: [] },
  );

/** Documents that are about how long sessions live and what they must have proved; `users` may be named in them. */
export function sessionPolicies(users: readonly string[] = []): fc.Arbitrary<PolicyDocument> {
  return fc
    .record({
      own: settings,
      preset: fc.constantFrom('balanced', 'relaxed', 'strict', 'fedramp-high', 'nist-aal1'),
      overrides: fc.array(fc.record({ when: when(users), set: settings }), { maxLength: 4 }),
    })
    .map(({ own, preset, overrides }) => policyDocumentSchema.parse({ ...own, preset, overrides }));
}
