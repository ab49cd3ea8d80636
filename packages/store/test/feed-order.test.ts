import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Told } from '@argus/contract';
import { feedEnd, feedEventsAfter, feedStates, forgetFeedEvents, openStore, type Store } from '@argus/store';
import { plainNumbering, settle } from './service-stage.ts';
import { at, home, openStage, other, personOf, type Stage, seed } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

const all = { tenant: home, after: 0, limit: 10_000 };
const told = (sid: string): Told => ({ type: 'session-ended', sid, reason: 'signed-out' });
const leave = 'INSERT INTO feed_pending (tenant_id, event) VALUES ($1, $2)';

async function sidsOf(store: Store): Promise<unknown[]> {
  const events = await feedEventsAfter(store.pool, all);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, place) => place + 1),
    'numbers without a gap',
  );
  return events.map(({ event }) => (event as { sid?: string }).sid);
}

describe('numbers follow commits', () => {
  test('of two that overlap, the one that began later and ended first is number 1', async () => {
    const { store } = stage;
    const [early, late] = [await store.pool.connect(), await store.pool.connect()];
    try {
      await early.query('BEGIN');
      await early.query(leave, [home, told('began first')]);
      await late.query('BEGIN');
      await late.query(leave, [home, told('ended first')]);
      await late.query('COMMIT');
      await settle(store, home);
      assert.deepEqual(await sidsOf(store), ['ended first']);
      assert.equal((await feedEnd(store.pool, home))?.head, 1);
      await early.query('COMMIT');
    } finally {
      early.release();
      late.release();
    }
    await settle(store, home);
    assert.deepEqual(await sidsOf(store), ['ended first', 'began first']);
  });

  test('what was rolled back never had a number', async () => {
    const { store } = stage;
    const client = await store.pool.connect();
    await client.query('BEGIN');
    await client.query(leave, [home, told('never happened')]);
    await client.query('ROLLBACK');
    client.release();
    await settle(store, home);
    assert.equal((await feedEnd(store.pool, home))?.head, 2);
  });

  test('two nodes that number at once share one line without a gap or a repetition', async () => {
    await using second = openStore({ url: stage.url });
    const people = await Promise.all(
      Array.from({ length: 40 }, (_, place) => seed(stage.store, personOf(home, 1000 + place))),
    );
    await Promise.all(
      people.map(async ({ session }, place) => {
        const node = place % 2 === 0 ? stage.store : second;
        const by = { actor: 'user' };
        const change = { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by } as const;
        await node.commit({ tenant: home, changes: [change], events: [] });
        await node.numberEvents(home, plainNumbering(home));
      }),
    );
    const sids = (await sidsOf(stage.store)).slice(2);
    assert.deepEqual(new Set(sids), new Set(people.map(({ session }) => session.id)));
    assert.equal(sids.length, people.length);
    assert.ok((await feedStates(second.pool)).every(({ hasPending }) => !hasPending));
  });

  test('a numbering that fails leaves everything waiting', async () => {
    const { store } = stage;
    await store.pool.query(leave, [home, told('waits')]);
    const head = (await feedEnd(store.pool, home))?.head;
    await assert.rejects(
      store.numberEvents(home, async () => {
        throw new Error('no key');
      }),
      /no key/,
    );
    assert.equal((await feedEnd(store.pool, home))?.head, head);
    assert.ok((await feedStates(store.pool)).find(({ tenant }) => tenant === home)?.hasPending);
    await settle(store, home);
    assert.equal((await sidsOf(store)).at(-1), 'waits');
  });
});

test('each tenant counts for itself', async () => {
  const { store } = stage;
  await store.pool.query(leave, [other, told('elsewhere')]);
  const head = (await feedEnd(store.pool, home))?.head;
  await settle(store, other);
  assert.deepEqual(
    (await feedEventsAfter(store.pool, { ...all, tenant: other })).map(({ seq, token }) => [seq, token]),
    [[1, `1 of ${other}`]],
  );
  assert.equal((await feedEnd(store.pool, home))?.head, head);
});

test('a commit that ends something says so to whoever listens, and one that loses says nothing', async () => {
  const { store } = stage;
  const heard: string[] = [];
  store.onTold((tenant) => heard.push(tenant));
  const { session } = await seed(store, personOf(home, 2000));
  const by = { actor: 'user' };
  const end = { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by } as const;
  assert.ok((await store.commit({ tenant: home, changes: [end], events: [] })).isCommitted);
  assert.ok(!(await store.commit({ tenant: home, changes: [end], events: [] })).isCommitted);
  assert.deepEqual(heard, [home]);
  await settle(store, home);
});

test('the end by a limit is told to nobody, since no token outlives it', async () => {
  const { store } = stage;
  const { session } = await seed(store, personOf(home, 2001));
  const head = (await feedEnd(store.pool, home))?.head;
  const by = { actor: 'system' };
  const end = {
    kind: 'end-session',
    sessionId: session.id,
    reason: 'idle-expired',
    at: session.idleExpiresAt,
    by,
    ifExpired: true,
  } as const;
  assert.ok((await store.commit({ tenant: home, changes: [end], events: [] })).isCommitted);
  await settle(store, home);
  assert.equal((await feedEnd(store.pool, home))?.head, head);
});

test('only a beginning is forgotten, so that what is left has no gap', async () => {
  const { store } = stage;
  const tenant = other;
  for (const [place, expiresAt] of [at + 1000, at + 9000, at + 2000].entries()) {
    await store.pool.query(leave, [tenant, told(`short ${place}`)]);
    await store.numberEvents(tenant, plainNumbering(tenant, expiresAt));
  }
  const seqs = async () => (await feedEventsAfter(store.pool, { ...all, tenant })).map(({ seq }) => seq);
  await store.pool.query(
    'UPDATE feed_events SET expires_at = to_timestamp($1) WHERE tenant_id = $2 AND seq = 1',
    [at / 1000, tenant],
  );
  assert.deepEqual(await seqs(), [1, 2, 3, 4]);
  await forgetFeedEvents(store.pool, { now: at + 5000, limit: 1 });
  assert.deepEqual(await seqs(), [2, 3, 4], 'one at most, as asked');
  await forgetFeedEvents(store.pool, { now: at + 5000, limit: 100 });
  assert.deepEqual(await seqs(), [3, 4], 'number 4 is old, too, but 3 is not');
  await forgetFeedEvents(store.pool, { now: at + 10_000, limit: 100 });
  assert.deepEqual(await seqs(), []);
  assert.equal((await feedEnd(store.pool, tenant))?.head, 4, 'the count goes on');
});
