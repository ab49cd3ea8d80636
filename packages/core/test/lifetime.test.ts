import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  accessTokenExpiry,
  activityOf,
  balanced,
  type Lifetime,
  lifetimeAtStart,
  limitedBy,
  limitsOf,
  presetPolicy,
  refreshTokenExpiresAt,
  type SessionPolicy,
  tokenExpiry,
  withActivity,
} from '@argus/core';
import fc from 'fast-check';
import { startMs } from './facts.ts';

const policies = fc
  .record({
    idleSeconds: fc.integer({ min: 1, max: 90_000 }),
    absoluteSeconds: fc.integer({ min: 1, max: 90_000 }),
  })
  .map((limits): SessionPolicy => ({ ...balanced.session, ...limits }));
const starts = fc.integer({ min: startMs, max: startMs + 100_000 });
/** Activity as it is reported, out of order and late too. */
const activity = fc.array(fc.integer({ min: -10_000, max: 100_000_000 }), { maxLength: 30 });

function afterAll(policy: SessionPolicy, start: number, offsets: readonly number[]): Lifetime[] {
  const lives = [lifetimeAtStart(policy, start)];
  for (const offset of offsets) {
    const before = lives.at(-1);
    if (before) lives.push(withActivity(before, policy, start + offset));
  }
  return lives;
}

describe('whatever activity is reported, in whatever order,', () => {
  test('the idle limit never passes the absolute one', () => {
    fc.assert(
      fc.property(policies, starts, activity, (policy, start, offsets) => {
        for (const life of afterAll(policy, start, offsets))
          assert.ok(life.idleExpiresAt <= life.absoluteExpiresAt);
      }),
    );
  });

  test('the absolute limit never moves', () => {
    fc.assert(
      fc.property(policies, starts, activity, (policy, start, offsets) => {
        for (const life of afterAll(policy, start, offsets))
          assert.equal(life.absoluteExpiresAt, start + policy.absoluteSeconds * 1000);
      }),
    );
  });

  test('neither the last activity nor the idle limit moves backwards', () => {
    fc.assert(
      fc.property(policies, starts, activity, (policy, start, offsets) => {
        const lives = afterAll(policy, start, offsets);
        for (const [at, life] of lives.entries()) {
          const before = lives[at - 1] ?? life;
          assert.ok(life.lastActiveAt >= before.lastActiveAt);
          assert.ok(life.idleExpiresAt >= before.idleExpiresAt);
        }
      }),
    );
  });

  test('no token ends after either limit, after its own life, or on a broken second', () => {
    const life = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(policies, starts, activity, life, (policy, start, offsets, seconds) => {
        for (const session of afterAll(policy, start, offsets)) {
          const end = tokenExpiry(start, seconds, session) * 1000;
          const nearest = Math.min(session.idleExpiresAt, session.absoluteExpiresAt);
          assert.ok(end <= nearest && end <= start + seconds * 1000);
          assert.ok(end > Math.min(nearest, start + seconds * 1000) - 1000, 'no more than rounding is lost');
          const refreshEnd = refreshTokenExpiresAt(session);
          assert.ok(refreshEnd <= nearest && refreshEnd > nearest - 1000 && refreshEnd % 1000 === 0);
        }
      }),
    );
  });
});

describe('an access token ends', () => {
  const session = lifetimeAtStart(balanced.session, startMs);
  const at = (ms: number) => accessTokenExpiry(startMs + ms, balanced.tokens, session) * 1000 - startMs;
  test('five minutes after it is issued', () => assert.equal(at(0), 300_000));
  test('with the idle limit when that is nearer', () => assert.equal(at(29 * 60_000), 30 * 60_000));
  test('with the absolute limit when that is nearer', () => {
    const late = startMs + 12 * 3_600_000 - 60_000;
    const busy = withActivity(session, balanced.session, late);
    assert.equal(accessTokenExpiry(late, balanced.tokens, busy) * 1000, session.absoluteExpiresAt);
  });
});

describe('activity that a refresh reports', () => {
  const lastRefresh = startMs;
  const now = startMs + 60_000;
  const cases: readonly [what: string, idleSeconds: number | undefined, expected: number | null][] = [
    ['is none when the refresh says nothing', undefined, null],
    ['is now when the person was idle for no second', 0, now],
    ['lies as far back as the person was idle', 10, now - 10_000],
    ['counts when it is just after the last refresh', 59, lastRefresh + 1000],
    ['is none when it is no later than the last refresh', 60, null],
    ['is none when the person was idle for longer than that', 31_536_000, null],
    ['is never in the future', -5, now],
  ];
  for (const [what, idleSeconds, expected] of cases) {
    test(what, () => assert.equal(activityOf(idleSeconds, lastRefresh, now), expected));
  }
});

describe('what ends a session first', () => {
  const policy = presetPolicy('balanced');
  const limits = limitsOf(policy.session, { isRemembered: false });
  const begun = { createdAt: startMs, isRemembered: false, ...lifetimeAtStart(limits, startMs) };
  test('is the idle limit while that is nearer', () =>
    assert.equal(limitedBy(begun, policy), 'idle limit of 30 minutes, set by the balanced preset'));
  test('is the absolute limit once activity has reached it', () => {
    const busy = { ...begun, ...withActivity(begun, limits, begun.absoluteExpiresAt) };
    assert.equal(limitedBy(busy, policy), 'absolute limit of 12 hours, set by the balanced preset');
  });
});
