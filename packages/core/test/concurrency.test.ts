import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assuranceLevels, deviceClasses, onLimits, riskLevels, type SessionId } from '@argus/contract';
import { type ConcurrencyPolicy, decideRoom, isLimited, type LiveSession, type Newcomer } from '@argus/core';
import fc from 'fast-check';
import { liveSession } from './sign-in-terms.ts';

const unlimited = { desktop: null, mobile: null, tablet: null, other: null };
const desktop: Newcomer = { deviceClass: 'desktop' };
const policyOf = (changes: Partial<ConcurrencyPolicy>): ConcurrencyPolicy => ({
  max: null,
  perDeviceClass: unlimited,
  onLimit: 'oldest',
  ...changes,
});
const nameOf = (number: number) => `session-${number}` as SessionId; // a brand over text

function evictedBy(live: readonly LiveSession[], policy: ConcurrencyPolicy, newcomer = desktop): string[] {
  const decision = decideRoom(live, newcomer, policy);
  assert.equal(decision.kind, 'admit');
  return decision.kind === 'admit' ? decision.evicted.map(({ id }) => id) : [];
}

describe('who gives way', () => {
  test('nobody where there is room, or no limit', () => {
    const live = [liveSession(1), liveSession(2)];
    assert.deepEqual(evictedBy(live, policyOf({ max: 3 })), []);
    assert.deepEqual(evictedBy(live, policyOf({})), []);
  });

  test('the oldest is the one that began first', () => {
    const live = [liveSession(1, { createdAt: 9 }), liveSession(2, { lastActiveAt: 9 }), liveSession(3)];
    assert.deepEqual(evictedBy(live, policyOf({ max: 3 })), ['session-2']);
  });

  test('the least recently active is the one that rests longest', () => {
    const live = [liveSession(1, { lastActiveAt: 9 }), liveSession(2), liveSession(3)];
    const policy = policyOf({ max: 3, onLimit: 'least-recently-active' });
    assert.deepEqual(evictedBy(live, policy), ['session-2']);
  });

  test('the lowest trust is by risk, then device, then proof, then rest', () => {
    const live = [
      liveSession(1, { isDeviceRemembered: true, acr: 'urn:argus:aal2' }),
      liveSession(2, { acr: 'urn:argus:aal2' }),
      liveSession(3, { lastActiveAt: 9 }),
      liveSession(4),
      liveSession(5, { isDeviceKnown: false, acr: 'urn:argus:aal3' }),
      liveSession(6, { riskLevel: 'high', isDeviceRemembered: true, acr: 'urn:argus:aal3' }),
    ];
    const policy = policyOf({ max: 1, onLimit: 'lowest-trust' });
    assert.deepEqual(evictedBy(live, policy), [6, 5, 4, 3, 2, 1].map(nameOf));
  });

  test('of two that are alike in everything, the one with the smaller id', () => {
    const like = { createdAt: 1, lastActiveAt: 1 };
    for (const onLimit of ['oldest', 'least-recently-active', 'lowest-trust'] as const) {
      const policy = policyOf({ max: 2, onLimit });
      assert.deepEqual(evictedBy([liveSession(2, like), liveSession(1, like)], policy), ['session-1']);
    }
  });

  test('as many as have to where the limit was lowered', () => {
    const live = [1, 2, 3, 4, 5].map((number) => liveSession(number));
    assert.deepEqual(evictedBy(live, policyOf({ max: 2 })), [1, 2, 3, 4].map(nameOf));
  });
});

describe('a limit of a device class', () => {
  const live = [
    liveSession(1),
    liveSession(2, { deviceClass: 'mobile' }),
    liveSession(3, { deviceClass: 'mobile' }),
  ];
  const policy = policyOf({ perDeviceClass: { ...unlimited, mobile: 2 } });

  test('ends one of its class, though others are older', () => {
    assert.deepEqual(evictedBy(live, policy, { deviceClass: 'mobile' }), ['session-2']);
  });

  test('is nothing to a newcomer of another class', () => {
    assert.deepEqual(evictedBy(live, policy), []);
    assert.ok(!isLimited(policy, 'desktop') && isLimited(policy, 'mobile'));
  });

  test('together with the one over all ends no more than have to, and each is told by which', () => {
    const both = { ...policy, max: 2 };
    assert.deepEqual(decideRoom(live, { deviceClass: 'mobile' }, both), {
      kind: 'admit',
      evicted: [
        { id: 'session-2', limit: { path: 'session.concurrent.perDeviceClass.mobile', most: 2 } },
        { id: 'session-1', limit: { path: 'session.concurrent.max', most: 2 } },
      ],
    });
  });

  test('asks among its own class alone', () => {
    const decision = decideRoom(live, { deviceClass: 'mobile' }, { ...policy, onLimit: 'ask' });
    assert.ok(decision.kind === 'ask');
    assert.deepEqual([decision.among, decision.toEnd], [['session-2', 'session-3'], 1]);
  });
});

describe('the session that the person chose', () => {
  const live = [1, 2, 3].map((number) => liveSession(number));
  const choosing = (number: number): Newcomer => ({ ...desktop, chosen: nameOf(number) });

  test('makes room', () => {
    assert.deepEqual(evictedBy(live, policyOf({ max: 3, onLimit: 'ask' }), choosing(2)), ['session-2']);
  });

  test('is not enough where the limit was lowered: the rest is asked for', () => {
    const decision = decideRoom(live, choosing(2), policyOf({ max: 1, onLimit: 'ask' }));
    assert.ok(decision.kind === 'ask');
    assert.deepEqual([decision.among, decision.toEnd], [['session-1', 'session-3'], 2]);
  });

  test('is none of this person’s: it ends nothing and makes no room', () => {
    assert.equal(decideRoom(live, choosing(7), policyOf({ max: 3, onLimit: 'ask' })).kind, 'ask');
    assert.deepEqual(evictedBy(live, policyOf({ max: 4, onLimit: 'ask' }), choosing(7)), []);
  });
});

const some = fc.integer({ min: 0, max: 3 });
const sessions: fc.Arbitrary<readonly LiveSession[]> = fc
  .array(
    fc.record({
      deviceClass: fc.constantFrom(...deviceClasses),
      createdAt: some,
      lastActiveAt: some,
      acr: fc.constantFrom(...assuranceLevels),
      riskLevel: fc.constantFrom(...riskLevels),
      isDeviceKnown: fc.boolean(),
      isDeviceRemembered: fc.boolean(),
    }),
    { maxLength: 12 },
  )
  .map((each) => each.map((session, number) => liveSession(number, session)));
const limits = fc.option(fc.integer({ min: 1, max: 8 }));
const policies: fc.Arbitrary<ConcurrencyPolicy> = fc.record({
  max: limits,
  perDeviceClass: fc.record({ desktop: limits, mobile: limits, tablet: limits, other: limits }),
  onLimit: fc.constantFrom(...onLimits),
});
const newcomers: fc.Arbitrary<Newcomer> = fc.record({
  deviceClass: fc.constantFrom(...deviceClasses),
  chosen: fc.option(fc.integer({ min: 0, max: 12 }).map(nameOf), { nil: undefined }),
});

/** Told from the policy and not from the code: how many too many there would be with the newcomer. */
function tooMany(live: readonly LiveSession[], { deviceClass }: Newcomer, policy: ConcurrencyPolicy): number {
  const over = (many: number, most: number | null) => (most === null ? 0 : Math.max(0, many + 1 - most));
  const ofClass = over(
    live.filter((each) => each.deviceClass === deviceClass).length,
    policy.perDeviceClass[deviceClass],
  );
  return Math.max(ofClass, over(live.length, policy.max));
}

describe('whatever lives and whatever policy says', () => {
  test('there are never more than the limits, and no more end than have to', () => {
    fc.assert(
      fc.property(sessions, newcomers, policies, (live, newcomer, policy) => {
        const decision = decideRoom(live, newcomer, policy);
        const others = live.filter(({ id }) => id !== newcomer.chosen);
        const surplus = tooMany(others, newcomer, policy);
        if (decision.kind !== 'admit') {
          assert.ok(surplus > 0 && decision.kind === policy.onLimit);
          if (decision.kind === 'ask') assert.equal(decision.toEnd, surplus);
          return;
        }
        const gone = new Set(decision.evicted.map(({ id }) => id));
        assert.equal(gone.size, decision.evicted.length, 'nobody goes twice');
        const left = live.filter(({ id }) => !gone.has(id));
        assert.equal(tooMany(left, newcomer, policy), 0);
        assert.equal(others.length - left.length, surplus);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever they are asked to end brings them in, after as many choices as were said', () => {
    fc.assert(
      fc.property(sessions, newcomers, policies, fc.nat(), (live, newcomer, policy, pick) => {
        let left = live.filter(({ id }) => id !== newcomer.chosen);
        const asking = { ...policy, onLimit: 'ask' as const };
        const { deviceClass } = newcomer;
        const first = decideRoom(left, { deviceClass }, asking);
        let choices = 0;
        for (let step = first; step.kind === 'ask'; step = decideRoom(left, { deviceClass }, asking)) {
          const { among } = step;
          const chosen = among[pick % among.length];
          left = left.filter(({ id }) => id !== chosen);
          choices += 1;
        }
        assert.equal(choices, first.kind === 'ask' ? first.toEnd : 0);
      }),
    );
  });

  test('the order in which they are told does not matter', () => {
    const shuffled = sessions.chain((live) =>
      fc.tuple(fc.constant(live), fc.shuffledSubarray([...live], { minLength: live.length })),
    );
    fc.assert(
      fc.property(shuffled, newcomers, policies, ([live, other], newcomer, policy) => {
        assert.deepEqual(decideRoom(other, newcomer, policy), decideRoom(live, newcomer, policy));
      }),
    );
  });
});
