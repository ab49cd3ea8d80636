import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { argusClient, type ClientId, type TenantId } from '@argus/contract';
import {
  balanced,
  type Client,
  decideRefresh,
  type Policy,
  type RefreshDecision,
  type Shown,
} from '@argus/core';
import { factsWith, ids, proofOf, startMs, withDevice } from './facts.ts';
import { clientWith, notesId, thumbprint } from './oauth-facts.ts';

const strict: Policy = { ...balanced, tokens: { ...balanced.tokens, refresh: { retryWindowSeconds: 0 } } };
const confidential = clientWith();
const open = clientWith({ settings: { type: 'public' } });
const fapi = clientWith({ settings: { profile: 'fapi2' } });
const byClient: Shown = { kind: 'client' };
const byKey: Shown = { kind: 'key', jkt: thumbprint };
const byOtherKey: Shown = { kind: 'key', jkt: thumbprint.toLowerCase() };
const byNothing: Shown = { kind: 'nothing' };

interface Case {
  readonly client: Client | null;
  readonly shown: Shown;
  readonly jkt?: string;
  readonly generation?: number;
  readonly clientId?: ClientId;
  readonly afterMs?: number;
  readonly policy?: Policy;
}

/** The grant stands at generation 5, rotated at the start; it is told from elsewhere each time. */
function decide({ client, shown, ...asked }: Case): RefreshDecision {
  const { jkt = null, generation = 5, clientId = notesId, afterMs = 1000, policy = balanced } = asked;
  const facts = factsWith({ grant: { generation: 5, clientId, jkt } });
  const proof = proofOf(generation, { shown, ip: '203.0.113.80', userAgent: 'a server' });
  return decideRefresh(facts, proof, { policy, client, now: startMs + afterMs });
}

function outcomeOf(decision: RefreshDecision): string {
  if (decision.kind !== 'refuse') return decision.kind;
  return `${decision.changes.length > 0 ? 'end' : 'refuse'} ${decision.events[0]?.reason}`;
}

type Row = readonly [what: string, asked: Case, is: string];

function hold(rows: readonly Row[]): void {
  for (const [what, asked, is] of rows) {
    test(`${what} → ${is}`, () => assert.equal(outcomeOf(decide(asked)), is));
  }
}

describe('the newest token of', () => {
  const bound = { client: open, jkt: thumbprint };
  hold([
    ['a confidential client that proved itself', { client: confidential, shown: byClient }, 'rotate'],
    [
      'a confidential client that did not',
      { client: confidential, shown: byNothing },
      'refuse client-unproven',
    ],
    [
      'a confidential client with a mere key',
      { client: confidential, shown: byKey },
      'refuse client-unproven',
    ],
    [
      'a confidential client with a device',
      { client: confidential, ...withDevice(null) },
      'refuse client-unproven',
    ],
    ['a public client', { client: open, shown: byNothing }, 'rotate'],
    ['a bound grant with its key', { ...bound, shown: byKey }, 'rotate'],
    ['a bound grant with another key', { ...bound, shown: byOtherKey }, 'refuse wrong-key'],
    ['a bound grant with no key', { ...bound, shown: byNothing }, 'refuse wrong-key'],
    [
      'a bound grant with the client’s word',
      { ...bound, client: confidential, shown: byClient },
      'refuse wrong-key',
    ],
    ['a client of FAPI 2.0', { client: fapi, shown: byClient }, 'renew'],
    [
      'a client of FAPI 2.0 that did not prove itself',
      { client: fapi, shown: byNothing },
      'refuse client-unproven',
    ],
  ]);
});

describe('a refresh token that is none of one’s own', () => {
  const other = 'other' as ClientId; // a brand over text
  const imposter = clientWith({ id: argusClient });
  hold([
    [
      'of another client',
      { client: confidential, shown: byClient, clientId: other },
      'refuse foreign-client',
    ],
    [
      'of Argus’s own pages, at a client',
      { client: open, shown: byNothing, clientId: argusClient },
      'refuse foreign-client',
    ],
    ['of a client, at Argus’s own pages', { client: null, shown: byNothing }, 'refuse foreign-client'],
    [
      'of Argus’s own pages, at a client of that name',
      { client: imposter, shown: byClient, clientId: argusClient },
      'refuse foreign-client',
    ],
    [
      'of a person in another tenant',
      {
        client: clientWith({ tenant: 'other' as TenantId }), // a brand over text
        shown: byClient,
      },
      'refuse foreign-client',
    ],
    [
      'of a client that was disabled',
      { client: clientWith({ status: 'disabled' }), shown: byClient },
      'refuse client-disabled',
    ],
    [
      'of another client, from long ago',
      { client: confidential, shown: byClient, clientId: other, generation: 1 },
      'refuse foreign-client',
    ],
    [
      'of a bound grant, from long ago, with another key',
      { client: open, shown: byOtherKey, jkt: thumbprint, generation: 1 },
      'refuse wrong-key',
    ],
  ]);
});

describe('a token that was rotated before, shown', () => {
  const before = { generation: 4 };
  const bound = { ...before, client: open, jkt: thumbprint };
  const proved = { ...before, client: confidential, shown: byClient };
  hold([
    ['at once by a confidential client', { ...proved, afterMs: 0 }, 'repeat'],
    ['at the end of the window by a confidential client', { ...proved, afterMs: 10_000 }, 'repeat'],
    ['after the window by a confidential client', { ...proved, afterMs: 10_001 }, 'end refresh-reuse'],
    ['by a confidential client where policy has no window', { ...proved, policy: strict }, 'repeat'],
    ['by whoever holds the key', { ...bound, shown: byKey }, 'repeat'],
    [
      'by whoever holds the key where policy has no window',
      { ...bound, shown: byKey, policy: strict },
      'repeat',
    ],
    [
      'after the window by whoever holds the key',
      { ...bound, shown: byKey, afterMs: 10_001 },
      'end refresh-reuse',
    ],
    [
      'at once by a public client',
      { ...before, client: open, shown: byNothing, afterMs: 0 },
      'end refresh-reuse',
    ],
    ['when its successor was used too', { ...proved, generation: 3 }, 'end refresh-reuse'],
    [
      'to a client of FAPI 2.0 after it rotated once',
      { ...proved, client: fapi, generation: 3 },
      'end refresh-reuse',
    ],
  ]);
});

test('the refreshes of a client count as its person’s activity, unless it is marked otherwise', () => {
  const quiet = clientWith({ settings: { refreshIsActivity: false } });
  const activeAt = (client: Client) => {
    const decision = decide({ client, shown: byClient, afterMs: 60_000 });
    assert.ok(decision.kind === 'rotate');
    return decision.rotation.lastActiveAt;
  };
  assert.deepEqual([activeAt(confidential), activeAt(quiet)], [startMs + 60_000, startMs]);
});

test('a client may say how long its person was idle, which only ever makes less of a refresh', () => {
  const quiet = clientWith({ settings: { refreshIsActivity: false } });
  const activeAt = (client: Client, idleSeconds: number) => {
    const facts = factsWith({ grant: { generation: 5, clientId: notesId, jkt: null } });
    const proof = proofOf(5, { shown: byClient, ip: '203.0.113.80', userAgent: 'a server', idleSeconds });
    const decision = decideRefresh(facts, proof, { policy: balanced, client, now: startMs + 60_000 });
    assert.ok(decision.kind === 'rotate');
    return decision.rotation.lastActiveAt;
  };
  assert.equal(activeAt(confidential, 0), startMs + 60_000);
  assert.equal(activeAt(confidential, 20), startMs + 40_000);
  assert.equal(activeAt(confidential, 61), startMs, 'not since the last refresh');
  assert.equal(activeAt(quiet, 0), startMs);
});

test('a renewal keeps the generation and moves the limits like a rotation', () => {
  const renewed = decide({ client: fapi, shown: byClient, afterMs: 60_000 });
  const rotated = decide({ client: confidential, shown: byClient, afterMs: 60_000 });
  assert.ok(renewed.kind === 'renew' && rotated.kind === 'rotate');
  assert.deepEqual(renewed.renewal, rotated.rotation);
  const [event] = renewed.events;
  assert.deepEqual(
    [event?.type, event?.details],
    ['session.refreshed', { generation: 5, clientId: notesId, shown: 'client' }],
  );
});

test('the audit log tells which client showed what', () => {
  const detailsOf = (asked: Case) => {
    const decision = decide(asked);
    assert.ok(decision.kind === 'refuse');
    return decision.events[0];
  };
  const wrongKey = detailsOf({ client: open, shown: byOtherKey, jkt: thumbprint });
  assert.deepEqual(wrongKey?.details, { generation: 5, clientId: notesId, shown: 'key' });
  const replayed = detailsOf({ client: open, shown: byNothing, generation: 3 });
  assert.deepEqual(replayed?.details?.replayedBy, {
    ip: '203.0.113.80',
    userAgent: 'a server',
    generation: 3,
    clientId: notesId,
    shown: 'nothing',
  });
  assert.deepEqual([replayed?.sessionId, replayed?.grantId], [ids.session, ids.grant]);
});
