import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { balanced, decideRefresh, type Policy, type RefreshDecision, type RefreshProof } from '@argus/core';
import { type FactChanges, factsWith, foreignHash, ids, proofOf, startMs, withDevice } from './facts.ts';

const strict: Policy = { ...balanced, tokens: { ...balanced.tokens, refresh: { retryWindowSeconds: 0 } } };
const newerChrome = (version: number) =>
  `Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`;
const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const idleMs = 30 * 60_000;

interface Row {
  readonly what: string;
  readonly shows: RefreshProof;
  readonly facts?: FactChanges;
  readonly afterMs?: number;
  readonly policy?: Policy;
  /** `rotate`, `repeat`, `refuse <reason>`, or `end <reason>` when the session ends with it. */
  readonly is: string;
}

/** The grant stands at generation 5, rotated at the start. */
const fifth = { generation: 5 };

function outcomeOf(decision: RefreshDecision): string {
  if (decision.kind !== 'refuse') return decision.kind;
  return `${decision.changes.length > 0 ? 'end' : 'refuse'} ${decision.events[0]?.reason}`;
}

function decide({ shows, facts = {}, afterMs = 1000, policy = balanced }: Row): RefreshDecision {
  const all = factsWith({ ...facts, grant: { ...fifth, ...facts.grant } });
  return decideRefresh(all, shows, { policy, client: null, now: startMs + afterMs });
}

const ended = { state: 'ended', endedAt: startMs, endReason: 'signed-out' } as const;
const current: readonly Row[] = [
  { what: 'the newest token from its device', shows: proofOf(5), is: 'rotate' },
  {
    what: 'a newer version of the same browser',
    shows: proofOf(5, { userAgent: newerChrome(150) }),
    is: 'rotate',
  },
  { what: 'another network alone', shows: proofOf(5, { ip: '203.0.113.5' }), is: 'rotate' },
  { what: 'no device secret', shows: proofOf(5, withDevice(null)), is: 'end device-changed' },
  {
    what: 'another device secret',
    shows: proofOf(5, withDevice(foreignHash)),
    is: 'end device-changed',
  },
  {
    what: 'a device secret of another length',
    shows: proofOf(5, withDevice(new Uint8Array(31))),
    is: 'end device-changed',
  },
  { what: 'another browser', shows: proofOf(5, { userAgent: firefox }), is: 'end device-changed' },
  { what: 'an older browser', shows: proofOf(5, { userAgent: newerChrome(141) }), is: 'end device-changed' },
  { what: 'no browser named', shows: proofOf(5, { userAgent: null }), is: 'end device-changed' },
  { what: 'an expired token', shows: proofOf(5, { isExpired: true }), is: 'refuse expired' },
  { what: 'the last millisecond of the grant', shows: proofOf(5), afterMs: idleMs - 1, is: 'rotate' },
  { what: 'the end of the idle limit', shows: proofOf(5), afterMs: idleMs, is: 'refuse idle-expired' },
  {
    what: 'a grant that ends before its session',
    shows: proofOf(5),
    facts: { grant: { expiresAt: startMs + 1000 } },
    is: 'refuse expired',
  },
  {
    what: 'the end of the absolute limit',
    shows: proofOf(5),
    facts: { session: { absoluteExpiresAt: startMs + 1000 } },
    is: 'refuse absolute-expired',
  },
  { what: 'an ended session', shows: proofOf(5), facts: { session: ended }, is: 'refuse signed-out' },
  {
    what: 'a disabled user',
    shows: proofOf(5),
    facts: { user: { status: 'disabled' } },
    is: 'refuse user-disabled',
  },
  {
    what: 'an ended grant',
    shows: proofOf(5),
    facts: { grant: { status: 'ended' } },
    is: 'refuse grant-ended',
  },
  ...(
    [
      ['that a step-up replaced a moment ago', proofOf(5), 30_000, 'refuse grant-replaced'],
      ['that a step-up replaced a while ago', proofOf(5), 30_001, 'refuse grant-ended'],
      [
        'that was replaced, from another browser',
        proofOf(5, { userAgent: firefox }),
        1,
        'refuse grant-ended',
      ],
      ['that was replaced, by an older token', proofOf(4), 1, 'refuse grant-ended'],
    ] as const
  ).map(([what, shows, sinceMs, is]) => ({
    what: `a grant ${what}`,
    shows,
    afterMs: 60_000 + sinceMs,
    facts: { grant: { status: 'ended' as const }, session: { authenticatedAt: startMs + 60_000 } },
    is,
  })),
];

const forged: readonly Row[] = [
  { what: 'the newest generation', shows: proofOf(5, { isIdGenuine: false }), is: 'refuse forged' },
  { what: 'the generation before', shows: proofOf(4, { isIdGenuine: false }), is: 'refuse forged' },
  { what: 'an old generation', shows: proofOf(1, { isIdGenuine: false }), is: 'refuse forged' },
  { what: 'a generation that is not yet born', shows: proofOf(6), is: 'refuse forged' },
  { what: 'a generation far ahead', shows: proofOf(Number.MAX_SAFE_INTEGER), is: 'refuse forged' },
  {
    what: 'anything, from a foreign device',
    shows: proofOf(4, { isIdGenuine: false, ...withDevice(foreignHash), userAgent: firefox }),
    is: 'refuse forged',
  },
];

const replayed: readonly Row[] = [
  { what: 'at once', shows: proofOf(4), afterMs: 0, is: 'repeat' },
  { what: 'at the end of the window', shows: proofOf(4), afterMs: 10_000, is: 'repeat' },
  { what: 'a millisecond after the window', shows: proofOf(4), afterMs: 10_001, is: 'end refresh-reuse' },
  {
    what: 'where there is no window',
    shows: proofOf(4),
    afterMs: 0,
    policy: strict,
    is: 'end refresh-reuse',
  },
  { what: 'though it has expired itself', shows: proofOf(4, { isExpired: true }), is: 'repeat' },
  { what: 'from the same /24', shows: proofOf(4, { ip: '192.0.2.200' }), is: 'repeat' },
  { what: 'from another network', shows: proofOf(4, { ip: '192.0.3.10' }), is: 'end refresh-reuse' },
  {
    what: 'without the device secret',
    shows: proofOf(4, withDevice(null)),
    is: 'end refresh-reuse',
  },
  {
    what: 'with another device secret',
    shows: proofOf(4, withDevice(foreignHash)),
    is: 'end refresh-reuse',
  },
  { what: 'from another browser', shows: proofOf(4, { userAgent: firefox }), is: 'end refresh-reuse' },
  { what: 'when its successor was used too', shows: proofOf(3), is: 'end refresh-reuse' },
  { what: 'from the very beginning', shows: proofOf(1), is: 'end refresh-reuse' },
  { what: 'long ago expired', shows: proofOf(1, { isExpired: true }), is: 'end refresh-reuse' },
  { what: 'after the session ended', shows: proofOf(4), facts: { session: ended }, is: 'refuse signed-out' },
  {
    what: 'after the grant ended',
    shows: proofOf(3),
    facts: { grant: { status: 'ended' } },
    is: 'refuse grant-ended',
  },
  {
    what: 'when the newest token has expired, in the last broken second of the session',
    shows: proofOf(4),
    facts: {
      session: { idleExpiresAt: startMs + 5_500 },
      grant: { rotatedAt: startMs + 4_900, expiresAt: startMs + 5_000 },
    },
    afterMs: 5_200,
    is: 'refuse expired',
  },
];

for (const [name, rows] of [
  ['the newest token', current],
  ['a forged token of', forged],
  ['a token that was rotated before, shown', replayed],
] as const) {
  describe(name, () => {
    for (const row of rows)
      test(`${row.what} → ${row.is}`, () => assert.equal(outcomeOf(decide(row)), row.is));
  });
}

describe('a rotation', () => {
  const rotation = (idleSeconds?: number, afterMs = 60_000) => {
    const decision = decide({ what: '', shows: proofOf(5, { idleSeconds }), afterMs, is: 'rotate' });
    assert.ok(decision.kind === 'rotate');
    return decision.rotation;
  };

  test('names the state it expects and the person it is for', () => {
    const { grantId, sessionId, userId, deviceId, fromGeneration, policyVersion, at } = rotation();
    assert.deepEqual([grantId, sessionId, userId, deviceId], [ids.grant, ids.session, ids.user, ids.device]);
    assert.deepEqual([fromGeneration, policyVersion, at], [5, 1, startMs + 60_000]);
  });

  test('without a word of activity leaves both limits where they are', () => {
    const { lastActiveAt, idleExpiresAt, expiresAt } = rotation();
    assert.deepEqual([lastActiveAt, idleExpiresAt, expiresAt], [startMs, startMs + idleMs, startMs + idleMs]);
  });

  test('with activity moves the idle limit from the activity, not from now', () => {
    const { lastActiveAt, idleExpiresAt } = rotation(20);
    assert.deepEqual([lastActiveAt, idleExpiresAt], [startMs + 40_000, startMs + 40_000 + idleMs]);
  });

  test('cannot claim activity from before the last rotation', () => {
    assert.equal(rotation(61).lastActiveAt, startMs);
  });

  test('records who rotated', () => {
    const { ip, userAgent } = rotation();
    assert.deepEqual({ ip, userAgent }, { ip: proofOf(5).ip, userAgent: proofOf(5).userAgent });
  });
});

test('the evidence of a reuse names both parties and whether the second held the device secret', () => {
  const shows = proofOf(3, { ip: '203.0.113.9', userAgent: firefox, ...withDevice(null) });
  const decision = decide({ what: '', shows, is: 'end refresh-reuse' });
  assert.ok(decision.kind === 'refuse');
  const [detected, ...more] = decision.events;
  assert.equal(detected?.type, 'session.reuse-detected');
  assert.deepEqual(more, [], 'the commit itself tells that the session ended');
  assert.deepEqual(detected?.details, {
    rotatedBy: {
      ip: '192.0.2.10',
      userAgent: newerChrome(142),
      at: new Date(startMs).toISOString(),
      generation: 5,
    },
    replayedBy: { ip: '203.0.113.9', userAgent: firefox, generation: 3, holdsDeviceSecret: false },
  });
  assert.deepEqual(decision.changes, [
    {
      kind: 'end-session',
      sessionId: ids.session,
      reason: 'refresh-reuse',
      at: startMs + 1000,
      by: { actor: 'anyone', origin: { ip: '203.0.113.9', userAgent: firefox } },
      orAlreadyEnded: true,
    },
  ]);
});

test('every decision but a rotation leaves an event that names person, session, grant, device and origin', () => {
  for (const row of [...current, ...forged, ...replayed]) {
    const decision = decide(row);
    if (decision.kind === 'rotate') continue;
    assert.ok(decision.events.length > 0, row.what);
    for (const { userId, sessionId, grantId, deviceId, origin } of decision.events) {
      assert.deepEqual(
        [userId, sessionId, grantId, deviceId],
        [ids.user, ids.session, ids.grant, ids.device],
      );
      assert.deepEqual(origin, { ip: row.shows.ip, userAgent: row.shows.userAgent });
    }
  }
});
