import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import {
  type ActivityEvent,
  balanced,
  isTimely,
  type LiveLifetime,
  lifetimeAfter,
  rememberBatchUntil,
  totalsOf,
} from '@argus/core';
import { fakeEpochMs } from '@argus/testing';

const at = fakeEpochMs;
const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const session: LiveLifetime = {
  id: 'a session' as SessionId,
  state: 'active',
  lastActiveAt: at,
  idleExpiresAt: at + 30 * minute,
  absoluteExpiresAt: at + 12 * hour,
};

function after(activeAt: number, now: number, changes: Partial<LiveLifetime> = {}) {
  return lifetimeAfter({ ...session, ...changes }, balanced.session, { activeAt, now });
}

describe('activity moves the idle limit', () => {
  test('to half an hour after the event, not after its report', () => {
    assert.deepEqual(after(at + 5 * minute, at + 9 * minute), {
      lastActiveAt: at + 5 * minute,
      idleExpiresAt: at + 35 * minute,
      absoluteExpiresAt: at + 12 * hour,
    });
  });

  test('by ten seconds or more at a time', () => {
    assert.equal(after(at + 10 * second - 1, at + minute), null);
    assert.equal(after(at + 10 * second, at + minute)?.idleExpiresAt, at + 30 * minute + 10 * second);
  });

  test('from the last moment before it, and never from the limit itself on', () => {
    const late = at + 30 * minute;
    assert.equal(after(late - 1, late - 1)?.idleExpiresAt, at + 60 * minute - 1);
    assert.equal(after(late - 1, late), null, 'the event was in time, its report was not');
    assert.equal(after(late, late), null);
  });

  test('never into what is yet to come: an event counts now at most', () => {
    assert.deepEqual(after(at + 20 * minute, at + minute), after(at + minute, at + minute));
  });

  test('never back', () => {
    const moved = { lastActiveAt: at + 9 * minute, idleExpiresAt: at + 39 * minute };
    for (const earlier of [at - hour, at, at + 9 * minute])
      assert.equal(after(earlier, at + 10 * minute, moved), null);
    // A policy that was tightened meanwhile takes nothing back either.
    assert.equal(after(at + minute, at + 2 * minute, { idleExpiresAt: at + 8 * hour }), null);
  });

  test('to the absolute limit at most, and up to that however small the step', () => {
    const end = session.absoluteExpiresAt;
    const near = { lastActiveAt: end - 31 * minute, idleExpiresAt: end - minute };
    assert.equal(after(end - 20 * minute, end - 20 * minute, near)?.idleExpiresAt, end);
    const nearer = { lastActiveAt: end - 31 * minute, idleExpiresAt: end - second };
    assert.equal(after(end - 20 * minute, end - 20 * minute, nearer)?.idleExpiresAt, end);
    assert.equal(after(end - second, end - second, { ...near, idleExpiresAt: end }), null);
    assert.equal(after(end, end, { ...near, idleExpiresAt: end }), null);
  });

  test('of no session that has ended', () => {
    assert.equal(after(at + minute, at + minute, { state: 'ended' }), null);
  });
});

describe('a batch is taken', () => {
  test('for half an hour, and from a clock that is a minute ahead', () => {
    assert.equal(isTimely(at, at + 30 * minute), true);
    assert.equal(isTimely(at, at + 30 * minute + 1), false);
    assert.equal(isTimely(at + minute, at), true);
    assert.equal(isTimely(at + minute + 1, at), false);
  });

  test('and is remembered for as long as that', () => {
    for (const to of [at - minute, at, at + minute])
      for (let now = at; now < at + 40 * minute; now += second)
        if (isTimely(to, now)) assert.ok(now <= rememberBatchUntil(to));
  });
});

test('what one session did in a batch is added up; what nobody was there for keeps it alive no longer', () => {
  const event = (id: string, changes: Partial<ActivityEvent>): ActivityEvent => ({
    sessionId: id as SessionId,
    at,
    routeClass: null,
    method: null,
    status: null,
    isPassive: false,
    requests: 1,
    bytesOut: 10,
    records: 0,
    actions: [],
    ...changes,
  });
  const actions = [
    { name: 'a', count: 2 },
    { name: 'b', count: 3 },
  ];
  const totals = totalsOf([
    event('two', { isPassive: true }),
    event('one', { actions, records: 4 }),
    event('one', { at: at + 2, isPassive: true, requests: 5 }),
    event('one', { at: at - 9 }),
  ]);
  assert.deepEqual(totals, [
    { sessionId: 'one', requests: 7, bytesOut: 30, records: 4, actions: 5, lastAt: at + 2, activeAt: at },
    { sessionId: 'two', requests: 1, bytesOut: 10, records: 0, actions: 0, lastAt: at, activeAt: null },
  ]);
});
