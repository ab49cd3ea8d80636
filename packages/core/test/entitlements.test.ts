import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { planAddOns, policyDocumentSchema } from '@argus/contract';
import { isEntitled, policyBeyondPlan } from '@argus/core';
import { documents } from '@argus/testing/policy-documents';
import fc from 'fast-check';

const professional = { plan: 'professional' as const, addOns: [] };
const nothing = policyDocumentSchema.parse({});
const beyond = (
  document: object,
  before: object = {},
  tenant: Parameters<typeof isEntitled>[0] = professional,
) =>
  policyBeyondPlan(policyDocumentSchema.parse(before), policyDocumentSchema.parse(document), tenant).map(
    ({ path, addOn }) => [path, addOn],
  );

describe('a plan', () => {
  test('enterprise has every add-on, professional those that were chosen', () => {
    for (const addOn of planAddOns) {
      assert.equal(isEntitled({ plan: 'enterprise', addOns: [] }, addOn), true);
      assert.equal(isEntitled(professional, addOn), false);
      assert.equal(isEntitled({ plan: 'professional', addOns: [addOn] }, addOn), true);
    }
  });
});

describe('the policy of a professional tenant', () => {
  test('sets how sessions live, and by role, group, user and client', () => {
    const set = { session: { idleMinutes: 5, concurrent: { max: 2, onLimit: 'oldest' } } };
    assert.deepEqual(beyond({ preset: 'strict', ...set, overrides: [{ when: { role: 'admin' }, set }] }), []);
  });

  for (const [what, document, path, addOn] of [
    [
      'limits by class of device',
      { session: { concurrent: { perDeviceClass: { mobile: 2 } } } },
      'session.concurrent.perDeviceClass.mobile',
      'multi-device-management',
    ],
    [
      'letting the person pick',
      { session: { concurrent: { onLimit: 'ask' } } },
      'session.concurrent.onLimit',
      'multi-device-management',
    ],
    [
      'rules by class of device',
      { overrides: [{ when: { deviceClass: 'mobile' }, set: { session: { idleMinutes: 5 } } }] },
      'overrides.0.when.deviceClass',
      'multi-device-management',
    ],
    [
      'rules by risk',
      { overrides: [{ when: { riskLevel: ['high'] }, set: { session: { idleMinutes: 5 } } }] },
      'overrides.0.when.riskLevel',
      'advanced-threat-detection',
    ],
    ['a mode of the engine', { risk: { mode: 'report-only' } }, 'risk.mode', 'advanced-threat-detection'],
  ] as const) {
    test(`takes an add-on for ${what}`, () => {
      assert.deepEqual(beyond(document), [[path, addOn]]);
      assert.deepEqual(beyond(document, {}, { plan: 'professional', addOns: [addOn] }), []);
    });

    test(`keeps ${what} that stood there before the plan became smaller`, () => {
      assert.deepEqual(beyond({ preset: 'strict', ...document }, document), []);
    });
  }

  test('keeps an override wherever it stands, and takes an add-on for another value of it', () => {
    const rule = (role: string, mobile: number) => ({
      when: { role },
      set: { session: { concurrent: { perDeviceClass: { mobile } } } },
    });
    const before = { overrides: [rule('admin', 2), rule('editor', 3)] };
    assert.deepEqual(beyond({ overrides: [rule('editor', 3), rule('admin', 2)] }, before), []);
    const twice = { overrides: [rule('admin', 2), rule('admin', 3)] };
    assert.deepEqual(beyond(twice, twice), []);
    assert.deepEqual(beyond({ overrides: [rule('admin', 1), rule('editor', 3)] }, before), [
      ['overrides.0.set.session.concurrent.perDeviceClass.mobile', 'multi-device-management'],
    ]);
  });
});

test('no document is beyond its own plan once it is in force, and none is beyond enterprise', () => {
  fc.assert(
    fc.property(documents, (document) => {
      assert.deepEqual(policyBeyondPlan(document, document, professional), []);
      assert.deepEqual(policyBeyondPlan(nothing, document, { plan: 'enterprise', addOns: [] }), []);
    }),
  );
});
