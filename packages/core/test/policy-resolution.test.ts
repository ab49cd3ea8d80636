import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  deviceClasses,
  type PolicyDocument,
  policyDocumentSchema,
  presetNames,
  riskLevels,
  type UserId,
} from '@argus/contract';
import {
  orders,
  type PolicySubject,
  policyMistakes,
  policyResolver,
  policyWarnings,
  presetPolicy,
  presets,
  type Ruled,
  tighter,
} from '@argus/core';
import { documents } from '@argus/testing/policy-documents';
import fc from 'fast-check';
import { isAsTight, isSameValue } from '../src/policy/orders.ts';
import { baseOf } from '../src/policy/resolve.ts';
import { mayBeSaidFor } from '../src/policy/seen-by-strangers.ts';
import { type PolicyValue, valuesOf } from '../src/policy/settings.ts';
import { appliesTo } from '../src/policy/subject.ts';

const subjects: fc.Arbitrary<PolicySubject> = fc.record(
  {
    userId: fc.constant('00000000-0000-7000-8000-000000000001' as UserId),
    roles: fc.subarray(['admin', 'editor', 'auditor']),
    groups: fc.subarray(['abroad', 'finance']),
    clientId: fc.constantFrom('notes', 'mail', 'other'),
    deviceClass: fc.constantFrom(...deviceClasses),
    riskLevel: fc.constantFrom(...riskLevels),
  },
  { requiredKeys: [] },
);

const ruledValue = (rules: ReadonlyMap<string, Ruled>, path: string): PolicyValue =>
  rules.get(path)?.value ?? null;

/** Values alone: the place of an override in the list is part of its rule. */
function plain(document: PolicyDocument, subject: PolicySubject): [string, PolicyValue, string][] {
  const { rules } = policyResolver(document).resolve(subject);
  return [...rules].map(([path, { value, rule }]) => [
    path,
    value,
    'when' in rule ? JSON.stringify(rule.when) : rule.layer,
  ]);
}

describe('every key', () => {
  test('has an order, and every order a key', () => {
    assert.deepEqual([...valuesOf(presets.balanced.settings).keys()].sort(), Object.keys(orders).sort());
  });

  test('of a preset is one of them', () => {
    for (const name of presetNames) {
      const { settings, sources } = presets[name];
      const strange = [...valuesOf(settings).keys(), ...Object.keys(sources)].filter(
        (path) => !(path in orders),
      );
      assert.deepEqual(strange, [], name);
    }
  });
});

describe('the order of values', () => {
  test('is one: of two the tighter does not depend on which comes first, and of three on which two begin', () => {
    fc.assert(
      fc.property(documents, documents, documents, (a, b, c) => {
        for (const [path, order] of Object.entries(orders)) {
          if (order === 'none') continue;
          const [x, y, z] = [a, b, c].map((each) => ruledValue(baseOf(each), path)) as [
            PolicyValue,
            PolicyValue,
            PolicyValue,
          ];
          assert.ok(isSameValue(tighter(order, x, y), tighter(order, y, x)), path);
          assert.ok(
            isSameValue(tighter(order, tighter(order, x, y), z), tighter(order, x, tighter(order, y, z))),
            path,
          );
          assert.ok(isSameValue(tighter(order, x, x), x), path);
        }
      }),
    );
  });
});

describe('the policy in force', () => {
  test('is never looser than the tenant’s or than any override that applies', () => {
    fc.assert(
      fc.property(documents, subjects, (document, subject) => {
        const { rules } = policyResolver(document).resolve(subject);
        const layers = document.overrides
          .filter(({ when }) => appliesTo(when, subject))
          .map(({ when, set }) => [...valuesOf(set)].filter(([path]) => mayBeSaidFor(when, path)));
        const base = new Map([...baseOf(document)].map(([path, { value }]) => [path, value] as const));
        for (const layer of [base, ...layers]) {
          for (const [path, value] of layer) {
            const order = orders[path] ?? 'none';
            assert.ok(
              isAsTight(order, ruledValue(rules, path), value),
              `${path}: ${ruledValue(rules, path)} against ${value}`,
            );
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('holds nothing that no layer says, and names the layer that does', () => {
    fc.assert(
      fc.property(documents, subjects, (document, subject) => {
        const { rules } = policyResolver(document).resolve(subject);
        assert.equal(rules.size, Object.keys(orders).length);
        for (const [path, { value, rule }] of rules) {
          if (rule.layer === 'override') {
            const override = document.overrides[rule.index];
            assert.ok(override && appliesTo(override.when, subject), 'an override that does not apply');
            assert.ok(valuesOf(override.set).has(path), path);
          }
          if (rule.layer === 'tenant')
            assert.ok(isSameValue(valuesOf(document).get(path) ?? null, value), path);
        }
      }),
    );
  });

  test('does not hang on the order in which overrides are written, nor on who asked before', () => {
    fc.assert(
      fc.property(documents, fc.array(subjects, { minLength: 1, maxLength: 4 }), (document, asked) => {
        const turned = { ...document, overrides: [...document.overrides].reverse() };
        const resolver = policyResolver(document);
        for (const subject of asked) {
          assert.deepEqual(plain(turned, subject), plain(document, subject));
          assert.deepEqual(resolver.resolve(subject), policyResolver(document).resolve(subject));
        }
      }),
    );
  });

  test('of a document is refused with the path of something that it sets, or lets people in', () => {
    let refused = 0;
    fc.assert(
      fc.property(documents, subjects, (document, subject) => {
        const read = policyDocumentSchema.parse(document);
        assert.equal(JSON.stringify(read), JSON.stringify(policyDocumentSchema.parse(read)));
        const mistakes = policyMistakes(document);
        refused += mistakes.length > 0 ? 1 : 0;
        for (const { path, message } of mistakes) {
          assert.match(path, /^(overrides\.\d+\.set|session|authentication|tokens|accounts|clients|feed)/);
          assert.ok(message.length > 0 && message.length <= 200, message);
        }
        const { methods } = policyResolver(document).resolve(subject).authentication.factors;
        const applying = document.overrides.filter(({ when }) => appliesTo(when, subject)).length;
        // What three overrides leave together is looked at when it is resolved, and lets nobody in rather than everybody.
        if (mistakes.length === 0 && applying <= 2) assert.ok(methods.length > 0);
      }),
      { numRuns: 500 },
    );
    assert.ok(refused > 50 && refused < 450, `${refused} of 500 were refused`);
  });

  test('of a condition that speaks of what is not known does not hold', () => {
    const document = policyDocumentSchema.parse({
      overrides: [
        { when: { role: 'admin', deviceClass: ['mobile', 'tablet'] }, set: { session: { idleMinutes: 5 } } },
      ],
    });
    const idle = (subject: PolicySubject) => policyResolver(document).resolve(subject).session.idleSeconds;
    assert.equal(idle({}), 1_800);
    assert.equal(idle({ roles: ['admin'] }), 1_800);
    assert.equal(idle({ roles: ['admin'], deviceClass: 'desktop' }), 1_800);
    assert.equal(idle({ roles: ['editor', 'admin'], deviceClass: 'tablet' }), 300);
  });
});

describe('a document', () => {
  const judged = (document: object) => policyMistakes(policyDocumentSchema.parse(document));

  test('keeps the numbers of the standard whose name it bears', () => {
    const [mistake] = judged({ preset: 'pci-dss', session: { idleMinutes: 20 } });
    assert.deepEqual(mistake, {
      path: 'session.idleMinutes',
      message: 'is looser than pci-dss allows: 15 (PCI DSS 4.0.1 8.2.8)',
    });
    assert.deepEqual(judged({ preset: 'pci-dss', session: { idleMinutes: 10 } }), []);
    assert.deepEqual(judged({ preset: 'balanced', session: { idleMinutes: 60 } }), []);
    const overridden = judged({
      preset: 'pci-dss',
      overrides: [{ when: { role: 'clerk' }, set: { authentication: { factors: { required: 1 } } } }],
    });
    assert.deepEqual(
      overridden.map(({ path }) => path),
      ['overrides.0.set.authentication.factors.required'],
    );
  });

  test('may not contradict itself', () => {
    const paths = (document: object) => judged(document).map(({ path }) => path);
    assert.deepEqual(paths({ session: { idleMinutes: 600, absoluteHours: 2 } }), ['session.idleMinutes']);
    assert.deepEqual(
      paths({ authentication: { password: { minLength: 8 }, factors: { methods: ['totp'] } } }),
      ['authentication.factors.methods'],
    );
    assert.deepEqual(paths({ authentication: { password: { minLengthWithSecondFactor: 20 } } }), [
      'authentication.password.minLengthWithSecondFactor',
    ]);
    assert.deepEqual(
      paths({ authentication: { factors: { required: 2, methods: ['password', 'recovery-code'] } } }),
      ['authentication.factors.methods'],
    );
  });

  test('may not leave somebody without a way in by two rules that are each possible', () => {
    const methods = (...kinds: string[]) => ({ authentication: { factors: { methods: kinds } } });
    const mistakes = judged({
      overrides: [
        { when: { role: 'admin' }, set: methods('passkey') },
        { when: { group: 'abroad' }, set: methods('password', 'totp') },
      ],
    });
    assert.deepEqual(mistakes, [
      {
        path: 'overrides.1.set.authentication.factors',
        message: 'leaves no way to sign in where overrides.0 holds for the same person',
      },
    ]);
  });

  test('sets how often a password may be tried for everybody and for device classes alone', () => {
    const lockout = { failures: 3, minutes: 60, scope: 'all', knownDeviceBypass: false };
    const set = { authentication: { lockout } };
    const about = [
      { role: 'admin' },
      { group: 'abroad' },
      { user: '00000000-0000-7000-8000-000000000001' },
      { client: 'notes' },
      { riskLevel: 'high' },
      { role: 'admin', deviceClass: 'mobile' },
    ];
    for (const when of about)
      assert.deepEqual(
        judged({ overrides: [{ when, set }] }).map(({ path }) => path),
        Object.keys(lockout).map((key) => `overrides.0.set.authentication.lockout.${key}`),
      );
    for (const when of [{}, { deviceClass: ['mobile', 'tablet'] }])
      assert.deepEqual(judged({ overrides: [{ when, set }] }), []);
    assert.deepEqual(judged({ authentication: { lockout } }), []);
  });

  test('that says more of it from earlier locks nobody sooner', () => {
    const document = policyDocumentSchema.parse({
      overrides: [
        { when: { role: 'admin' }, set: { authentication: { lockout: { failures: 3 } } } },
        { when: { deviceClass: 'mobile' }, set: { authentication: { lockout: { failures: 5 } } } },
      ],
    });
    const failures = (subject: PolicySubject) =>
      policyResolver(document).resolve(subject).authentication.lockout.failures;
    assert.deepEqual([failures({ roles: ['admin'] }), failures({ deviceClass: 'mobile' })], [10, 5]);
  });

  test('of every preset says no more of it than it may', () => {
    for (const preset of presetNames)
      for (const { when, set } of presets[preset].overrides ?? [])
        for (const path of valuesOf(set).keys()) assert.ok(mayBeSaidFor(when, path), `${preset}: ${path}`);
  });

  test('says where a rule has no effect', () => {
    const document = policyDocumentSchema.parse({
      overrides: [{ when: { role: 'guest' }, set: { session: { idleMinutes: 60 } } }],
    });
    assert.deepEqual(policyWarnings(document), [
      {
        path: 'overrides.0.set.session.idleMinutes',
        message: 'has no effect: 30 holds for everybody, and the tightest value wins',
      },
    ]);
  });

  test('says which keys nothing acts on yet, and of no other', () => {
    const warned = (document: object) =>
      policyWarnings(policyDocumentSchema.parse(document)).map(({ path }) => path);
    assert.deepEqual(
      warned({
        devices: { minTrust: 10 },
        risk: { mode: 'off' },
        session: {
          binding: 'required',
          onContextChange: { country: 'end', asn: 'score', device: 'step-up' },
        },
        audit: { retainDays: 30 },
      }).toSorted(),
      [
        'audit.retainDays',
        'devices.minTrust',
        'risk.mode',
        'session.binding',
        'session.onContextChange.asn',
        'session.onContextChange.country',
        'session.onContextChange.device',
      ],
    );
    assert.deepEqual(
      warned({ session: { binding: 'preferred', onContextChange: { country: 'ignore', device: 'end' } } }),
      [],
    );
    assert.deepEqual(warned({ overrides: [{ when: { role: 'x' }, set: { risk: { mode: 'enforce' } } }] }), [
      'overrides.0.set.risk.mode',
    ]);
    for (const preset of presetNames) assert.deepEqual(warned({ preset }), [], preset);
  });

  test('may set for some only what has an order', () => {
    const [mistake] = judged({ overrides: [{ when: { role: 'x' }, set: { audit: { retainDays: 30 } } }] });
    assert.equal(mistake?.path, 'overrides.0.set.audit.retainDays');
  });

  for (const [what, broken, path] of [
    ['an unknown key', { session: { idleMinuets: 5 } }, 'session'],
    ['a value out of range', { session: { idleMinutes: 0 } }, 'session.idleMinutes'],
    ['an unknown preset', { preset: 'lax' }, 'preset'],
    [
      'a word that is none of the set',
      { session: { concurrent: { onLimit: 'newest' } } },
      'session.concurrent.onLimit',
    ],
    ['a text for a number', { tokens: { accessMinutes: '5' } }, 'tokens.accessMinutes'],
  ] as const) {
    test(`with ${what} is refused at its path`, () => {
      const { error } = policyDocumentSchema.safeParse(broken);
      assert.deepEqual(
        error?.issues.map((issue) => issue.path.join('.')),
        [path],
      );
    });
  }
});

test('whoever administers under fedramp-high has ten minutes, and the rule says why', () => {
  const resolver = policyResolver(policyDocumentSchema.parse({ preset: 'fedramp-high' }));
  const ruled = resolver.resolve({ roles: ['admin'] }).rules.get('session.idleMinutes');
  assert.equal(ruled?.value, 10);
  assert.equal(ruled.rule.layer, 'preset-override');
  assert.equal(presetPolicy('fedramp-high').session.idleSeconds, 900);
});
