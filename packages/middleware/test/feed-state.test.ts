import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { FeedEvent, SnapshotEntry } from '@argus/contract';
import { fakeClock, fakeEpochMs } from '@argus/testing';
import { type AccessClaims, type FeedMessage, feedDigest, firstDigest } from '@argus/tokens';
import { createFeedState, type FeedState } from '../src/link/feed-state.ts';
import { isEnded, marksOf } from '../src/link/token-marks.ts';
import { claimsOf } from './some-claims.ts';

const said = { iss: 'https://argus.example', tenant: 'default', time: 1_767_603_600 };
const policy = { degraded: 'introspect', staleAfterSeconds: 3 } as const;
const nonce = 'of this stream';
const stream = { nonce, sentAt: fakeEpochMs, signedAt: fakeEpochMs / 1000 };

/** A feed as Argus tells it, whose signatures are good. */
function teller(clock = fakeClock(), mostEntries = 1000) {
  const state = createFeedState({ now: clock.now, mostEntries });
  let seq = 0;
  let prev = firstDigest;
  const exp = Math.floor(clock.now() / 1000) + 300;
  const read = (message: FeedMessage) => state.read(message, JSON.stringify(message), stream);
  return {
    clock,
    state,
    exp,
    read,
    next(event: FeedEvent): FeedMessage {
      seq += 1;
      const message = { ...said, seq, prev, ...event };
      prev = feedDigest(JSON.stringify(message));
      return message;
    },
    snapshot: (entries: readonly SnapshotEntry[], part = 1, parts = 1): FeedMessage => ({
      ...said,
      type: 'snapshot',
      seq,
      digest: prev,
      part,
      parts,
      entries,
      policy,
    }),
    heartbeat: (more: object = {}): FeedMessage => ({
      ...said,
      type: 'heartbeat',
      node: 'node',
      head: seq,
      nonce,
      time: Math.floor(clock.now() / 1000),
      ...more,
    }),
  };
}

function isRefused(
  { table }: FeedState,
  clock: { now(): number },
  claims: AccessClaims = claimsOf(),
): boolean {
  return isEnded(table, marksOf(claims), clock.now());
}

const ended = (sid: string, exp: number): FeedEvent => ({
  type: 'session-ended',
  sid,
  exp,
  reason: 'signed-out',
});

describe('nothing counts as known until', () => {
  test('a snapshot is complete and a heartbeat counts as far as it', () => {
    const { state, read, snapshot, heartbeat, exp } = teller();
    assert.equal(state.health(), 'starting');
    assert.equal(read(snapshot([['s', 'one', exp]], 1, 2)), 'read');
    assert.equal(state.place(), null);
    assert.equal(read(heartbeat()), 'gap', 'a heartbeat in the middle');
    assert.equal(read(snapshot([['s', 'two', exp]], 2, 2)), 'keys-changed', 'they may have, meanwhile');
    assert.equal(state.health(), 'starting');
    assert.equal(read(heartbeat()), 'read');
    assert.equal(state.health(), 'live');
  });

  test('the parts of the snapshot came in order', () => {
    const { state, read, snapshot } = teller();
    assert.equal(read(snapshot([], 2, 2)), 'gap');
    assert.equal(read(snapshot([], 1, 3)), 'read');
    assert.equal(read(snapshot([], 3, 3)), 'gap');
    assert.equal(state.place(), null);
  });

  test('its parts are of one snapshot', () => {
    const { state, read, snapshot, exp } = teller();
    const other = { digest: feedDigest('of another'), time: said.time + 1, parts: 3 };
    for (const [name, value] of Object.entries(other)) {
      assert.equal(read(snapshot([['s', 'one', exp]], 1, 2)), 'read');
      assert.equal(read({ ...snapshot([['s', 'two', exp]], 2, 2), [name]: value }), 'gap', name);
      assert.equal(state.place(), null);
    }
  });
});

describe('a gap is seen when', () => {
  function started() {
    const told = teller();
    told.read(told.snapshot([]));
    told.read(told.heartbeat());
    return told;
  }

  test('an event is missing', () => {
    const { read, next, exp } = started();
    next(ended('never arrived', exp));
    assert.equal(read(next(ended('arrived', exp))), 'gap');
  });

  test('an event comes twice', () => {
    const { read, next, exp } = started();
    const message = next(ended('one', exp));
    assert.equal(read(message), 'read');
    assert.equal(read(message), 'gap');
  });

  test('another event stands in the place of the one before', () => {
    const { read, next, exp } = started();
    const real = next(ended('real', exp));
    assert.equal(read({ ...real, sid: 'put in its place' } as FeedMessage), 'read');
    assert.equal(read(next(ended('two', exp))), 'gap', 'the digest does not name it');
  });

  test('a heartbeat counts further than what came', () => {
    const { read, next, heartbeat, exp } = started();
    next(ended('swallowed on the way', exp));
    assert.equal(read(heartbeat()), 'gap');
  });

  test('a heartbeat is of another stream', () => {
    const { read, heartbeat } = started();
    assert.equal(read(heartbeat({ nonce: 'of an old stream' })), 'gap');
  });
});

describe('while Argus is not heard', () => {
  test('it is stale a moment after the time that policy gives it', () => {
    const { clock, state, read, snapshot, heartbeat } = teller();
    read(snapshot([]));
    read(heartbeat());
    clock.advance(3_000);
    assert.equal(state.health(), 'live');
    clock.advance(1);
    assert.equal(state.health(), 'stale');
    read(heartbeat());
    assert.equal(state.health(), 'live');
  });

  test('heartbeats that somebody holds back count for nothing', () => {
    const { clock, state, read, snapshot, heartbeat } = teller();
    read(snapshot([]));
    assert.equal(read(heartbeat()), 'read');
    const held = heartbeat();
    clock.advance(5_001);
    assert.equal(read(held), 'late');
    assert.equal(state.health(), 'stale');
    assert.equal(read(heartbeat()), 'read', 'and a fresh one counts, by the same two clocks');
  });

  test('an old policy that somebody plays back and leaves at that does not hold', () => {
    const told = teller();
    const old = told.snapshot([]);
    Object.assign(old, { policy: { degraded: 'accept-until-expiry', staleAfterSeconds: 60 } });
    told.next(ended('one', told.exp));
    told.next({ type: 'policy-changed', degraded: 'fail-closed', staleAfterSeconds: 3 });
    told.read(old);
    assert.deepEqual(told.state.policy(), policy);
    assert.equal(told.read(told.heartbeat()), 'gap');
    assert.deepEqual(told.state.policy(), policy);
  });

  test('a new policy holds with the next heartbeat, and what the application set holds in spite of it', () => {
    const told = teller();
    told.read(told.snapshot([]));
    const news: FeedEvent = { type: 'policy-changed', degraded: 'fail-closed', staleAfterSeconds: 10 };
    assert.equal(told.read(told.next(news)), 'read');
    told.read(told.heartbeat());
    assert.deepEqual(told.state.policy(), { degraded: 'fail-closed', staleAfterSeconds: 10 });
    const own = createFeedState({
      now: told.clock.now,
      mostEntries: 10,
      degraded: 'accept-until-expiry',
      staleAfterSeconds: 1,
    });
    own.read(told.snapshot([]), '', stream);
    assert.deepEqual(own.policy(), { degraded: 'accept-until-expiry', staleAfterSeconds: 1 });
  });
});

describe('a token is refused for the end of', () => {
  const cases: readonly [string, (exp: number, now: number) => FeedEvent][] = [
    ['its session', (exp) => ended('the session', exp)],
    ['its grant', (exp) => ({ type: 'grant-ended', gid: 'the grant', exp })],
    ['itself', (exp) => ({ type: 'token-ended', jti: 'the token', exp })],
    ['its person', (exp, now) => ({ type: 'user-ended', sub: 'the person', before: now, exp })],
    ['its client', (exp, now) => ({ type: 'client-ended', client_id: 'the client', before: now, exp })],
    ['its tenant', (exp, now) => ({ type: 'tenant-ended', before: now, exp })],
  ];
  for (const [what, event] of cases) {
    test(what, () => {
      const { clock, state, read, snapshot, next, exp } = teller();
      read(snapshot([]));
      assert.equal(isRefused(state, clock), false);
      read(next(event(exp, clock.now())));
      assert.equal(isRefused(state, clock), true);
    });
  }

  test('a session that began later than its person’s end is good, one of that very millisecond is not', () => {
    const { clock, state, read, snapshot, next, exp } = teller();
    read(snapshot([]));
    read(next({ type: 'user-ended', sub: 'the person', before: clock.now(), exp }));
    assert.equal(isRefused(state, clock, claimsOf({ sct: clock.now() })), true);
    assert.equal(isRefused(state, clock, claimsOf({ sct: clock.now() + 1 })), false);
  });

  test('the client that it was issued to first, where another one exchanged it', () => {
    const { clock, state, read, snapshot, next, exp } = teller();
    const { sid: _, sct: __, amr: ___, acr: ____, auth_time: _____, ...own } = claimsOf();
    const exchanged = { ...own, sub: 'the owner', client_id: 'who exchanged it' };
    read(snapshot([]));
    read(next({ type: 'client-ended', client_id: 'somebody else', before: clock.now(), exp }));
    assert.equal(isRefused(state, clock, exchanged), false);
    read(next({ type: 'client-ended', client_id: 'the owner', before: clock.now(), exp }));
    assert.equal(isRefused(state, clock, exchanged), true);
  });

  test('an id of one kind ends nothing of another', () => {
    const { clock, state, read, snapshot, next, exp } = teller();
    read(snapshot([]));
    read(next(ended('the grant', exp)));
    read(next({ type: 'grant-ended', gid: 'the session', exp }));
    assert.equal(isRefused(state, clock), false);
  });

  test('what a snapshot says counts as what was heard', () => {
    const { clock, state, read, snapshot, exp } = teller();
    read(snapshot([['u', 'the person', exp, clock.now()]]));
    assert.equal(isRefused(state, clock), true);
  });
});

test('a table that is full of what still matters makes nobody sure of anything, until its time is over', () => {
  const { clock, state, read, snapshot, next, heartbeat, exp } = teller(fakeClock(), 600);
  read(snapshot([]));
  read(heartbeat());
  let kept = 0;
  for (; state.health() === 'live' && kept < 2_000; kept += 1) read(next(ended(`session ${kept}`, exp)));
  assert.ok(kept > 600 && kept < 1_200, `${kept} were kept`);
  read(heartbeat());
  assert.equal(state.health(), 'overflow');
  // A token that is forgiven its end, for clocks that differ, could still be shown.
  clock.advance(301_000);
  read(heartbeat());
  assert.equal(state.health(), 'overflow');
  clock.advance(60_000);
  read(heartbeat());
  assert.equal(state.health(), 'live');
});
