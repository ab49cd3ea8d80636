import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientId, SessionId, TenantId } from '@argus/contract';
import {
  canonicalUserCode,
  type DeviceAuthorization,
  type DevicePollDecision,
  decideDevicePoll,
  type Session,
  shownUserCode,
  type User,
  userCodeOf,
} from '@argus/core';
import fc from 'fast-check';
import { ada, begun, chrome142, ids, startMs } from './facts.ts';
import { type ClientChanges, clientWith, notesId, thumbprint } from './oauth-facts.ts';

const pending: DeviceAuthorization = {
  deviceCodeHash: Buffer.alloc(32, 1),
  userCodeHash: Buffer.alloc(32, 2),
  clientId: notesId,
  scope: ['openid'],
  resources: [],
  state: 'pending',
  userId: null,
  sessionId: null,
  grantId: ids.grant,
  ip: '192.0.2.30',
  userAgent: chrome142,
  createdAt: startMs,
  expiresAt: startMs + 600_000,
  polledAt: null,
  intervalSeconds: 5,
};
const approved = { state: 'approved', userId: ids.user, sessionId: ids.session } as const;

interface Case {
  readonly is?: Partial<DeviceAuthorization>;
  readonly session?: Partial<Session> | null;
  readonly user?: Partial<User>;
  readonly client?: ClientChanges;
  readonly dpopJkt?: string;
  readonly afterMs?: number;
}

function decide({ is, session = {}, user, client, dpopJkt, afterMs = 10_000 }: Case): DevicePollDecision {
  const held = { session: { ...begun().session, ...session }, user: { ...ada, ...user } };
  return decideDevicePoll(
    { authorization: { ...pending, ...is }, approval: session === null ? null : held },
    { client: clientWith(client), dpopJkt: dpopJkt ?? null, now: startMs + afterMs },
  );
}

function outcomeOf(decision: DevicePollDecision): string {
  if (decision.kind === 'wait') return `${decision.error} ${decision.change.intervalSeconds}`;
  return decision.kind === 'refuse' ? `${decision.error} ${decision.reason}` : decision.kind;
}

describe('a device that asks', () => {
  const polled = { polledAt: startMs + 8_000 };
  const foreign: ClientChanges = { id: 'other' as ClientId }; // a brand over text
  const ended = { state: 'ended', endedAt: startMs, endReason: 'signed-out' } as const;
  const dpop: ClientChanges = { settings: { requiresDpop: true } };
  const rows: readonly (readonly [what: string, asked: Case, is: string])[] = [
    ['for the first time', {}, 'authorization_pending 5'],
    ['after the interval', { is: { ...polled }, afterMs: 13_000 }, 'authorization_pending 5'],
    ['a millisecond too soon', { is: { ...polled }, afterMs: 12_999 }, 'slow_down 10'],
    ['too soon again', { is: { ...polled, intervalSeconds: 10 }, afterMs: 17_999 }, 'slow_down 15'],
    [
      'after the interval that grew',
      { is: { ...polled, intervalSeconds: 10 }, afterMs: 18_000 },
      'authorization_pending 10',
    ],
    ['in the last millisecond', { afterMs: 599_999 }, 'authorization_pending 5'],
    ['at the end', { afterMs: 600_000 }, 'expired_token expired'],
    ['at the end, though it was approved', { is: approved, afterMs: 600_000 }, 'expired_token expired'],
    ['when its person said no', { is: { ...approved, state: 'denied' } }, 'access_denied denied'],
    ['when its person said yes', { is: approved }, 'issue'],
    ['when its person said yes, however soon', { is: { ...approved, polledAt: startMs + 9_999 } }, 'issue'],
    ['when it was given its tokens', { is: { ...approved, state: 'consumed' } }, 'invalid_grant consumed'],
    ['for another client', { is: approved, client: foreign }, 'invalid_grant foreign-client'],
    ['for another client while it is pending', { client: foreign }, 'invalid_grant foreign-client'],
    ['when its person has signed out since', { is: approved, session: ended }, 'invalid_grant session-over'],
    [
      'when its person was disabled since',
      { is: approved, user: { status: 'disabled' } },
      'invalid_grant session-over',
    ],
    ['when nobody can be found who approved', { is: approved, session: null }, 'invalid_grant session-over'],
    [
      'when another session is shown for the one that approved',
      { is: { ...approved, sessionId: ids.device as string as SessionId } },
      'invalid_grant session-over',
    ], // a brand over text
    [
      'when somebody of another tenant approved',
      { is: approved, user: { tenant: 'other' as TenantId } },
      'invalid_grant session-over',
    ], // a brand over text
    [
      'without the key that its client must show',
      { is: approved, client: dpop },
      'invalid_dpop_proof no-key',
    ],
    ['with the key that its client must show', { is: approved, client: dpop, dpopJkt: thumbprint }, 'issue'],
  ];
  for (const [what, asked, is] of rows) {
    test(`${what} → ${is}`, () => assert.equal(outcomeOf(decide(asked)), is));
  }

  test('is noted with what the poll expects to find', () => {
    const decision = decide({ is: polled });
    assert.ok(decision.kind === 'wait');
    assert.deepEqual(decision.change, {
      kind: 'poll-device-authorization',
      deviceCodeHash: pending.deviceCodeHash,
      expectedPolledAt: startMs + 8_000,
      intervalSeconds: 10,
      at: startMs + 10_000,
    });
  });
});

describe('a user code', () => {
  const typed: readonly (readonly [text: string, is: string | null])[] = [
    ['WDJB-MJHT', 'WDJBMJHT'],
    ['wdjbmjht', 'WDJBMJHT'],
    [' wdjb mjht ', 'WDJBMJHT'],
    ['WDJB–MJHT', 'WDJBMJHT'],
    ['WDJB-MJH', null],
    ['WDJB-MJHTT', null],
    ['WDJB-MJHA', null],
    ['WDJB-MJH1', null],
    ['', null],
    ['W'.repeat(1000), null],
  ];
  for (const [text, is] of typed) {
    test(`${JSON.stringify(text.slice(0, 20))} is read as ${is}`, () =>
      assert.equal(canonicalUserCode(text), is));
  }

  test('is in normal form when it is made, and is read back from how it is shown', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const code = userCodeOf(bytes);
        assert.match(code, /^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
        assert.equal(canonicalUserCode(shownUserCode(code)), code);
      }),
    );
  });

  test('comes in all 20 letters at each place', () => {
    const seen = new Set<string>();
    for (let byte = 0; byte < 20; byte += 1) {
      const bytes = new Uint8Array(32);
      bytes[31] = byte;
      seen.add(userCodeOf(bytes).charAt(0));
    }
    assert.equal(seen.size, 20);
  });
});
