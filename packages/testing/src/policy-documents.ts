import {
  authenticatorKinds,
  bindings,
  contextReactions,
  deviceClasses,
  onLimits,
  type PolicyCondition,
  type PolicyDocument,
  type PolicySettings,
  policyDocumentSchema,
  presetNames,
  riskLevels,
  sensitiveOperations,
} from '@argus/contract';
import { orders, type PolicyValue, settingsOf } from '@argus/core';
import fc from 'fast-check';

const some = <Each extends string>(list: readonly Each[], minLength = 0) =>
  fc.uniqueArray(fc.constantFrom(...list), { minLength });

/** Values of the keys that are no plain amounts, flags or ranks. */
const special: Readonly<Record<string, fc.Arbitrary<PolicyValue>>> = {
  'authentication.factors.methods': some(authenticatorKinds, 1),
  'authentication.stepUp.for': some(sensitiveOperations),
  'authentication.passkey.aaguids': fc.option(
    some(['00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000002']),
  ),
  'tokens.refresh.rotate': fc.constant('always'),
  'tokens.algorithm': fc.constantFrom('RS256', 'PS256', 'ES256', 'EdDSA'),
  'tokens.rsaBits': fc.constantFrom(2048, 3072, 4096),
  'session.binding': fc.constantFrom(...bindings),
  'session.onContextChange.country': fc.constantFrom(...contextReactions),
  'session.concurrent.onLimit': fc.constantFrom(...onLimits),
};
/** Amounts by the end of their path: from, to, and whether there may be no limit. */
const amounts: readonly (readonly [end: RegExp, least: number, most: number, mayBeNull?: true])[] = [
  [/idleMinutes$/, 1, 43_200, true],
  [/absoluteHours$/, 1, 2_160],
  [/idleDays$/, 1, 90],
  [/absoluteDays$/, 1, 400],
  [/concurrent\.(max|perDeviceClass\.\w+)$/, 1, 20, true],
  [/accessMinutes$/, 1, 60],
  [/codeSeconds$/, 10, 600],
  [/retryWindowSeconds$/, 0, 60],
  [/required$/, 1, 2],
  [/rememberDeviceDays$/, 0, 90],
  [/minLength(WithSecondFactor)?$/, 8, 128],
  [/maxLength$/, 64, 1_000],
  [/history$/, 0, 24],
  [/failures$/, 3, 100],
  [/lockout\.minutes$/, 1, 1_440],
  [/driftSteps$/, 0, 1],
  [/maxAgeMinutes$/, 1, 1_440],
  [/delayHours$/, 0, 336],
  [/disableIdleDays$/, 1, 3_650, true],
  [/staleAfterSeconds$/, 2, 60],
  [/(trustDays|retainDays)$/, 1, 400],
  [/minTrust(ForPasswordless)?$/, 0, 100],
  [/challengeRate$/, 0, 1],
];

function someValue(path: string): fc.Arbitrary<PolicyValue> {
  const known = special[path];
  if (known) return known;
  const order = orders[path];
  if (order === 'and' || order === 'or') return fc.boolean();
  if (Array.isArray(order)) return fc.constantFrom(...order);
  const range = amounts.find(([end]) => end.test(path));
  if (!range) throw new Error(`no values are known for ${path}`);
  const [, least, most, mayBeNull] = range;
  const amount = fc.integer({ min: least, max: most });
  return mayBeNull ? fc.option(amount) : amount;
}

const paths = Object.keys(orders);

/** Some keys with values in their ranges. */
export function settings(of: readonly string[] = paths, most = 12): fc.Arbitrary<PolicySettings> {
  return fc
    .uniqueArray(fc.constantFrom(...of), { maxLength: most })
    .chain((chosen) =>
      fc.tuple(...chosen.map((path) => someValue(path).map((value) => [path, value] as const))),
    )
    .map((entries) => settingsOf(new Map(entries)));
}

const overridable = paths.filter((path) => orders[path] !== 'none');

export const conditions: fc.Arbitrary<PolicyCondition> = fc.record(
  {
    role: fc.constantFrom('admin', 'editor'),
    group: fc.constantFrom('abroad', 'finance'),
    client: fc.constantFrom('notes', 'mail'),
    deviceClass: fc.constantFrom(...deviceClasses),
    riskLevel: some(riskLevels, 1),
  },
  { requiredKeys: [] },
);

/** Documents of the right form; most of them can be used, some contradict themselves. */
export const documents: fc.Arbitrary<PolicyDocument> = fc
  .record({
    preset: fc.constantFrom(...presetNames),
    own: settings(paths, 6),
    overrides: fc.array(fc.record({ when: conditions, set: settings(overridable, 6) }), { maxLength: 6 }),
  })
  .map(({ preset, own, overrides }) => ({ ...own, preset, overrides }))
  // What does not fit its form never gets this far.
  .map((document) => policyDocumentSchema.parse(document));
