import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Known } from '../src/known.ts';
import { backoffMs, nextStep, refreshDueAt, warningStartsAt } from '../src/refresh-schedule.ts';

const minute = 60_000;

function known(limits: Partial<Known> = {}): Known {
  const times = {
    authTime: 0,
    createdAt: 0,
    lastActiveAt: 0,
    expiresAt: 5 * minute,
    idleExpiresAt: 30 * minute,
  };
  return { answer: {} as Known['answer'], id: 's', ...times, absoluteExpiresAt: 720 * minute, ...limits }; // unread
}

test('a token of five minutes is refreshed between 75 and 60 seconds before its end', () => {
  assert.equal(refreshDueAt(known(), 0, 0), 4 * minute);
  assert.equal(refreshDueAt(known(), 0, 0.999_999) > 4 * minute - 15_000, true);
});

test('a token of any life is due after half of it at the earliest and before its end', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 86_400_000 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (lifeMs, fraction) => {
        const due = refreshDueAt(known({ expiresAt: lifeMs }), 0, fraction);
        assert.ok(due >= lifeMs / 2 && due < lifeMs);
      },
    ),
  );
});

test('a token that has run out is due now', () => {
  assert.ok(refreshDueAt(known(), 6 * minute, 0.5) <= 6 * minute);
});

test('the warning never begins in the first half of what was allowed', () => {
  assert.equal(warningStartsAt(known({ idleExpiresAt: minute }), 3600), minute / 2);
});

test('pauses between failures double from a second to a minute and are never longer', () => {
  const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map((failures) => backoffMs(failures, 0.999_999, 0));
  assert.deepEqual(
    pauses.map((ms) => Math.round(ms / 1000)),
    [1, 2, 4, 8, 16, 32, 60, 60, 60],
  );
});

test('the first try after a failure comes within the lost-reply window of ten seconds', () => {
  assert.ok(6000 + backoffMs(1, 0.999, 0) < 10_000);
});

test('a server may ask for five minutes of quiet and no more', () => {
  assert.equal(backoffMs(1, 0, 7200), 5 * minute);
});

const calm = { dueAt: 4 * minute, warnAt: 29 * minute, notBefore: 0, isWarned: false, isFailing: false };

test('nothing is done before it is due', () => {
  const step = nextStep(known(), { ...calm, now: minute, hasActivity: false });
  assert.deepEqual(step, { kind: 'wait', untilMs: 4 * minute });
});

test('a session at its idle limit is refreshed on activity and warned of without', () => {
  const last = known({ expiresAt: 30 * minute });
  const late = { ...calm, now: 29.5 * minute, dueAt: 29.2 * minute };
  assert.deepEqual(nextStep(last, { ...late, hasActivity: true }), { kind: 'refresh' });
  assert.deepEqual(nextStep(last, { ...late, hasActivity: false }), { kind: 'warn' });
});

test('a session at its absolute limit is not refreshed however active the person is', () => {
  const last = known({ expiresAt: 30 * minute, absoluteExpiresAt: 30 * minute });
  const late = { ...calm, now: 29.5 * minute, dueAt: 29.2 * minute, hasActivity: true, isWarned: true };
  assert.deepEqual(nextStep(last, late), { kind: 'wait', untilMs: 30 * minute + 1000 });
});

test('an active person who cannot be refreshed for now is warned all the same', () => {
  const late = { ...calm, now: 29.5 * minute, notBefore: 29.6 * minute, hasActivity: true, isFailing: true };
  assert.deepEqual(nextStep(known(), late), { kind: 'warn' });
});
