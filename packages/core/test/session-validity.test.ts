import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EndReason, UserStatus } from '@argus/contract';
import { balanced, type Session, sessionValidity, withActivity } from '@argus/core';
import { begun, startMs } from './facts.ts';

const idleMs = 30 * 60_000;
const absoluteMs = 12 * 3_600_000;

function validityAt(now: number, session: Partial<Session> = {}, status: UserStatus = 'active') {
  return sessionValidity({ ...begun().session, ...session }, status, now);
}

function over(reason: EndReason) {
  return { isValid: false, reason };
}

describe('the idle limit', () => {
  const edges: readonly [what: string, atMs: number, expected: object][] = [
    ['a second before it the session holds', idleMs - 1000, { isValid: true }],
    ['a millisecond before it the session holds', idleMs - 1, { isValid: true }],
    ['at it the session is over', idleMs, over('idle-expired')],
    ['a millisecond after it the session is over', idleMs + 1, over('idle-expired')],
    ['a second after it the session is over', idleMs + 1000, over('idle-expired')],
  ];
  for (const [what, atMs, expected] of edges) {
    test(what, () => assert.deepEqual(validityAt(startMs + atMs), expected));
  }
});

describe('the absolute limit under activity to the last moment', () => {
  const busy = (atMs: number) => withActivity(begun().session, balanced.session, startMs + atMs);
  const edges: readonly [what: string, atMs: number, expected: object][] = [
    ['a second before it the session holds', absoluteMs - 1000, { isValid: true }],
    ['a millisecond before it the session holds', absoluteMs - 1, { isValid: true }],
    ['at it the session is over', absoluteMs, over('absolute-expired')],
    ['a millisecond after it the session is over', absoluteMs + 1, over('absolute-expired')],
  ];
  for (const [what, atMs, expected] of edges) {
    test(what, () => assert.deepEqual(validityAt(startMs + atMs, busy(atMs)), expected));
  }
});

test('where both limits have passed the absolute one is named, because it would have ended the session anyway', () => {
  assert.deepEqual(validityAt(startMs + absoluteMs), over('absolute-expired'));
});

test('a session holds from the very instant it begins', () => {
  assert.deepEqual(validityAt(startMs), { isValid: true });
});

test('an ended session is over at once, with the reason it ended for, whatever its limits say', () => {
  const ended = { state: 'ended', endedAt: startMs, endReason: 'refresh-reuse' } as const;
  assert.deepEqual(validityAt(startMs, ended), over('refresh-reuse'));
  assert.deepEqual(validityAt(startMs + absoluteMs, ended, 'disabled'), over('refresh-reuse'));
});

test('a disabled user has no valid session', () => {
  assert.deepEqual(validityAt(startMs, {}, 'disabled'), over('user-disabled'));
});
