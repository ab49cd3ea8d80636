import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type PolicyDocument, policyDocumentSchema, type UserId } from '@argus/contract';
import { beyondAdministrators, hasWayIn, type Means, type PolicyOwner, presetPolicy } from '@argus/core';

const none: Means = {
  enrolled: { hasPassword: false, hasTotp: false, passkeys: 0, recoveryCodes: 0 },
  passkeys: [],
  isConnected: false,
};
const withPassword: Means = { ...none, enrolled: { ...none.enrolled, hasPassword: true } };
const withPasskey = (make = { isAttested: false, isBackupEligible: true }): Means => ({
  ...none,
  enrolled: { ...none.enrolled, passkeys: 1 },
  passkeys: [make],
});
const hardware = { isAttested: true, isBackupEligible: false };

describe('a way in', () => {
  const cases: readonly [what: string, means: Means, preset: 'balanced' | 'strict' | 'nist-aal3', boolean][] =
    [
      ['is a password', withPassword, 'balanced', true],
      ['is a password beside which an app is set up', withPassword, 'strict', true],
      ['is no password where none is taken', withPassword, 'nist-aal3', false],
      ['is a passkey', withPasskey(), 'strict', true],
      ['is no passkey that may be copied where none is taken', withPasskey(), 'nist-aal3', false],
      ['is a key in hardware', withPasskey(hardware), 'nist-aal3', true],
      ['is an account elsewhere', { ...none, isConnected: true }, 'balanced', true],
      ['is not for whoever has nothing', none, 'balanced', false],
    ];
  for (const [what, means, preset, expected] of cases)
    test(`${what} (${preset})`, () => {
      assert.equal(hasWayIn(means, presetPolicy(preset).authentication), expected);
    });

  test('does not lead through a passkey of some models that nobody has yet', () => {
    const { authentication } = presetPolicy('fedramp-moderate');
    assert.ok(hasWayIn(withPassword, authentication));
    for (const passkey of [
      { ...authentication.passkey, aaguids: ['00000000-0000-4000-8000-000000000001'] },
      { ...authentication.passkey, attestation: 'verified' as const },
      { ...authentication.passkey, isBackupEligible: false },
    ])
      assert.ok(!hasWayIn(withPassword, { ...authentication, passkey }));
  });
});

const document = (parts: object = {}): PolicyDocument => policyDocumentSchema.parse(parts);
const owner: PolicyOwner = {
  subject: {
    userId: '00000000-0000-7000-8000-000000000001' as UserId, // a brand over text
    roles: ['owner', 'editor'],
    groups: ['abroad'],
  },
  means: withPassword,
};
const refusedPaths = (before: object, after: object, owners = [owner]) =>
  beyondAdministrators(document(before), document(after), owners).map(({ path }) => path);
const rule = (when: object, set: object = { session: { idleMinutes: 1 } }) => ({ when, set });

describe('who does not own the tenant decides', () => {
  const allowed: readonly [what: string, before: object, after: object][] = [
    ['what holds for everybody', {}, { preset: 'strict', session: { idleMinutes: 5, absoluteHours: 1 } }],
    ['what is looser for everybody', { preset: 'strict' }, { preset: 'relaxed' }],
    ['rules for roles that no owner has', {}, { overrides: [rule({ role: ['admin', 'auditor'] })] }],
    ['rules for groups that no owner is in', {}, { overrides: [rule({ group: 'staff' })] }],
    ['rules for devices and risks', {}, { overrides: [rule({ deviceClass: 'mobile', riskLevel: 'high' })] }],
    [
      'rules of which an owner meets one condition only',
      {},
      { overrides: [rule({ role: 'admin', group: 'abroad' })] },
    ],
    [
      'where the rules of owners stand',
      { overrides: [rule({ role: 'owner' }), rule({ role: 'a' })] },
      { overrides: [rule({ role: 'b' }), rule({ role: 'owner' })] },
    ],
  ];
  for (const [what, before, after] of allowed)
    test(what, () => assert.deepEqual(refusedPaths(before, after), []));
});

describe('only an owner decides', () => {
  const refused: readonly [what: string, before: object, after: object, path: string][] = [
    ['rules for owners', {}, { overrides: [rule({ role: 'owner' })] }, 'overrides.0.when'],
    [
      'rules for owners among others',
      {},
      { overrides: [rule({ role: 'a' }), rule({ role: ['a', 'owner'], deviceClass: 'mobile' })] },
      'overrides.1.when',
    ],
    [
      'rules for a role that an owner has too',
      {},
      { overrides: [rule({ role: 'editor' })] },
      'overrides.0.when',
    ],
    [
      'rules for a group that an owner is in',
      {},
      { overrides: [rule({ group: 'abroad' })] },
      'overrides.0.when',
    ],
    [
      'rules for an owner by name',
      {},
      { overrides: [rule({ user: owner.subject.userId })] },
      'overrides.0.when',
    ],
    ['the end of such a rule', { overrides: [rule({ role: 'owner' })] }, {}, 'overrides'],
    [
      'another value of such a rule',
      { overrides: [rule({ role: 'owner' })] },
      { overrides: [rule({ role: 'owner' }, { session: { idleMinutes: 30 } })] },
      'overrides.0.when',
    ],
  ];
  for (const [what, before, after, path] of refused)
    test(what, () => assert.ok(refusedPaths(before, after).includes(path)));

  test('rules for owners while the tenant has none', () => {
    assert.deepEqual(refusedPaths({}, { overrides: [rule({ role: 'owner' })] }, []), ['overrides.0.when']);
  });

  test('what leaves an owner no way in: for everybody, by a preset, for some devices', () => {
    const methods = { authentication: { factors: { methods: ['federated'] } } };
    assert.deepEqual(refusedPaths({}, methods), ['authentication.factors.methods']);
    assert.ok(refusedPaths({}, { preset: 'nist-aal3' }).includes('preset'));
    assert.deepEqual(refusedPaths({}, { overrides: [rule({ deviceClass: 'mobile' }, methods)] }), [
      'overrides.0.set.authentication.factors.methods',
    ]);
    const models = {
      authentication: {
        factors: { phishingResistant: true },
        passkey: { aaguids: ['00000000-0000-4000-8000-000000000001'] },
      },
    };
    assert.deepEqual(refusedPaths({}, models), [
      'authentication.factors.phishingResistant',
      'authentication.passkey.aaguids',
    ]);
  });

  test('but not what an owner had no way in under before', () => {
    const shut = { authentication: { factors: { methods: ['federated'] } } };
    assert.deepEqual(refusedPaths(shut, { ...shut, session: { idleMinutes: 5 } }), []);
  });
});
