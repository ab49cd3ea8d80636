import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Change } from '@argus/core';
import { forgetExpired } from '@argus/store';
import { activityWork } from './activity-work.ts';
import { furnish } from './authenticator-stage.ts';
import { linkOf } from './change-cases.ts';
import { oauthCases } from './oauth-cases.ts';
import { clientOf } from './oauth-stage.ts';
import { at, holdings, home, openStage, other, type Stage } from './stage.ts';

const minute = 60_000;
const hour = 60 * minute;

let stage: Stage;
before(async () => {
  stage = await openStage();
  for (const tenant of [home, other])
    for (const number of [1, 2, 3]) {
      const person = await furnish(stage.store, tenant, number);
      const { user } = person;
      await stage.store.recordActivity(activityWork([person], number));
      const link = { ...linkOf(user.id, number, tenant), expiresAt: at + 2 * minute };
      await stage.store.commit({ tenant, changes: [{ kind: 'create-link', link }], events: [] });
    }
  // One instant for all of a kind, and none for two kinds.
  await stage.store.pool.query('UPDATE remembered_devices SET expires_at = $1', [
    new Date(at + 36 * hour).toISOString(),
  ]);
});
after(() => stage[Symbol.asyncDispose]());

const forget = (now: number, limit = 1000) => forgetExpired(stage.store.pool, { now, limit });

async function countOf(table: string): Promise<number> {
  return (await stage.store.pool.query(`SELECT FROM ${table}`)).rowCount ?? 0;
}

/** Each kind, the last instant at which it still means something, and how many there are. */
const kinds: readonly (readonly [table: string, kept: number, count: number])[] = [
  ['marks', at + minute + minute, 12],
  ['pushed_requests', at + 90_000, 6],
  ['ended_tokens', at + 5 * minute + minute, 6],
  ['sign_in_progress', at + 10 * minute + minute, 6],
  ['device_authorizations', at + 10 * minute + hour, 12],
  ['authorization_codes', at + minute + 24 * hour, 6],
  ['links', at + 2 * minute + 24 * hour, 6],
  ['remembered_devices', at + 36 * hour + minute, 6],
  ['password_tries', at + 48 * hour + minute, 12],
  ['activity_events', at + 3 * hour, 6],
  // A week after the absolute limit of the session.
  ['session_activity', at + 12 * hour + 7 * 24 * hour, 6],
];

test('each kind is forgotten when it means nothing any more, and not a moment before', async () => {
  const inOrder = kinds.toSorted(([, one], [, two]) => one - two);
  for (const [table, kept, count] of inOrder) {
    await forget(kept - 1);
    assert.equal(await countOf(table), count, table);
    assert.equal(await forget(kept), count, table);
    assert.equal(await countOf(table), 0, table);
  }
});

test('a call forgets no more of a kind than it may, the oldest first, and the next call goes on', async () => {
  const marks = Array.from(
    { length: 7 },
    (_, place): Change => ({
      kind: 'claim-mark',
      mark: { use: 'dpop', hash: Buffer.alloc(32, place), expiresAt: at + place },
    }),
  );
  await stage.store.commit({ tenant: home, changes: marks.toReversed(), events: [] });
  const now = at + minute + 10;
  assert.equal(await forget(now, 3), 3);
  const { rows } = await stage.store.pool.query('SELECT min(expires_at) AS oldest FROM marks');
  assert.equal(rows[0].oldest, at + 3);
  assert.deepEqual([await forget(now, 3), await forget(now, 3), await forget(now, 3)], [3, 1, 0]);
});

test('deliveries go when their client no longer hears, and only then', async () => {
  const forgotten: [Change, number][] = [
    [{ kind: 'remove-client', clientId: clientOf(home, 1).id }, 1],
    [{ kind: 'set-client-status', clientId: clientOf(home, 2).id, status: 'disabled', at }, 1],
    [{ kind: 'set-client-status', clientId: clientOf(home, 3).id, status: 'active', at }, 0],
  ];
  for (const [change, count] of forgotten) {
    await stage.store.commit({ tenant: home, changes: [change], events: [] });
    assert.equal(await forget(at), count);
  }
  assert.equal(await countOf('logout_deliveries'), 4);
});

test('what somebody is just using is left for the next time, and nobody waits', async () => {
  await furnish(stage.store, home, 4);
  const now = at + 48 * hour;
  const before = await countOf('authorization_codes');
  const client = await stage.store.pool.connect();
  await client.query('BEGIN');
  await client.query('SELECT FROM authorization_codes FOR UPDATE');
  await forget(now);
  assert.equal(await countOf('authorization_codes'), before);
  await client.query('ROLLBACK');
  client.release();
  await forget(now);
  assert.equal(await countOf('authorization_codes'), 0);
});

test('people, sessions, grants, consents and the audit log are never forgotten', async () => {
  const person = await furnish(stage.store, home, 5);
  await stage.store.commit({ tenant: home, changes: [oauthCases['redeem-code'](person, 5)], events: [] });
  const kept = [
    'users',
    'sessions',
    'grants',
    'consents',
    'identities',
    'passkeys',
    'totps',
    'recovery_code_sets',
    'recovery_codes',
    'guesses',
    'recoveries',
    'upstream_sessions',
    'audit_events',
    'clients',
  ];
  const of = async () => {
    const held = await holdings(stage.store);
    return kept.map((table) => held[table]);
  };
  const before = await of();
  assert.ok(before.every((rows) => rows));
  assert.ok((await forget(at + 10_000 * hour)) > 0);
  assert.deepEqual(await of(), before);
});
