import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import type { ActivityWork } from '@argus/core';
import { activityEventsAfter, activityOf, lifetimesOf, openStore } from '@argus/store';
import { activityEvent, activityWork, minute } from './activity-work.ts';
import { by } from './change-cases.ts';
import { deadlocks } from './lock-waits.ts';
import {
  at,
  eventOf,
  holdings,
  home,
  idOf,
  openStage,
  other,
  type Person,
  personOf,
  rotationOf,
  type Stage,
  seed,
} from './stage.ts';

let stage: Stage;
let people = 0;
let batches = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  people += 1;
  return seed(stage.store, personOf(home, people));
}

function batchOf(persons: readonly Person[], changes: Parameters<typeof activityWork>[2] = {}): ActivityWork {
  batches += 1;
  return activityWork(persons, batches, changes);
}

async function lifetimeOf({ tenant, session }: Person) {
  const [lifetime] = await lifetimesOf(stage.store.pool, tenant, [session.id]);
  assert.ok(lifetime);
  return lifetime;
}

async function countsOf({ tenant, session }: Person) {
  return (await activityOf(stage.store.pool, tenant, [session.id])).get(session.id);
}

async function endOf({ session, tenant }: Person) {
  const change = { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by } as const;
  assert.ok((await stage.store.commit({ tenant, changes: [change], events: [] })).isCommitted);
  return {};
}

describe('a batch', () => {
  test('adds to what was counted of its sessions, keeps its events, and moves idle limits', async () => {
    const person = await someone();
    const first = await stage.store.recordActivity(batchOf([person]));
    assert.deepEqual(first, {
      isFirst: true,
      isOutdated: false,
      known: new Set([person.session.id]),
      moved: 1,
    });
    await stage.store.recordActivity(batchOf([person], { activeAt: at + 2 * minute, now: at + 2 * minute }));
    assert.deepEqual(await countsOf(person), {
      requests: 6,
      bytesOut: 1_400,
      records: 4,
      actions: 2,
      lastAt: at + 2 * minute,
    });
    const { lastActiveAt, idleExpiresAt } = await lifetimeOf(person);
    assert.deepEqual([lastActiveAt, idleExpiresAt], [at + 2 * minute, at + 32 * minute]);
    const kept = await activityEventsAfter(stage.store.pool, home, { after: 0, limit: 100 });
    const [event, ...more] = kept.filter(({ sessionId }) => sessionId === person.session.id);
    assert.equal(more.length, 1);
    const { id, ...told } = event ?? assert.fail('no event was kept');
    assert.ok(id > 0);
    assert.deepEqual(told, { ...activityEvent(person), serviceId: 'service-1-of-default', sampled: 1 });
  });

  test('that comes again writes nothing at all', async () => {
    const person = await someone();
    const work = batchOf([person]);
    await stage.store.recordActivity(work);
    const before = await holdings(stage.store);
    const again = {
      ...work,
      now: at + 2 * minute,
      moves: batchOf([person], { activeAt: at + 9 * minute }).moves,
    };
    assert.deepEqual(await stage.store.recordActivity(again), {
      isFirst: false,
      isOutdated: false,
      known: new Set(),
      moved: 0,
    });
    assert.deepEqual(await holdings(stage.store), before);
  });

  test('that comes twenty times at once counts once', async () => {
    const second = openStore({ url: stage.url });
    const persons = [await someone(), await someone()];
    for (let round = 0; round < 10; round += 1) {
      const work = batchOf(persons);
      const taken = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (n % 2 ? second : stage.store).recordActivity(work)),
      );
      assert.equal(taken.filter(({ isFirst }) => isFirst).length, 1);
      for (const person of persons) assert.equal((await countsOf(person))?.requests, 3 * (round + 1));
    }
    await second.close();
  });

  test('of nothing but what was lost is remembered, too', async () => {
    const work = batchOf([await someone()], { events: [], totals: [], moves: [] });
    assert.equal((await stage.store.recordActivity(work)).isFirst, true);
    assert.equal((await stage.store.recordActivity(work)).isFirst, false);
  });

  test('counts no further than numbers are exact', async () => {
    const person = await someone();
    const most = Number.MAX_SAFE_INTEGER;
    const events = [activityEvent(person, { bytesOut: most, records: most })];
    for (let n = 0; n < 3; n += 1) await stage.store.recordActivity(batchOf([person], { events }));
    const counts = await countsOf(person);
    assert.deepEqual([counts?.requests, counts?.bytesOut, counts?.records], [9, most, most]);
  });
});

describe('an idle limit stays where it is when', () => {
  /** A state of the database, or what is asked. */
  const cases: readonly [what: string, (person: Person) => Promise<Parameters<typeof activityWork>[2]>][] = [
    ['the session has ended', async (person) => endOf(person)],
    ['its time has passed', async ({ session }) => ({ now: session.idleExpiresAt })],
    ['the absolute limit has passed', async ({ session }) => ({ now: session.absoluteExpiresAt })],
    ['it would move back', async () => ({ activeAt: at - minute })],
    ['it would not move', async () => ({ activeAt: at })],
    ['it would pass the absolute limit', async ({ session }) => ({ activeAt: session.absoluteExpiresAt })],
  ];
  for (const [what, arrange] of cases)
    test(`${what}, and what was done is counted all the same`, async () => {
      const person = await someone();
      const asked = await arrange(person);
      const before = await lifetimeOf(person);
      const written = await stage.store.recordActivity(batchOf([person], asked));
      assert.deepEqual([written.isFirst, written.known.size, written.moved], [true, 1, 0]);
      assert.deepEqual(await lifetimeOf(person), before);
      assert.equal((await countsOf(person))?.requests, 3);
    });

  test('a refresh has moved it further meanwhile', async () => {
    const person = await someone();
    const far = { lastActiveAt: at + 9 * minute, idleExpiresAt: at + 39 * minute };
    assert.ok(await stage.store.rotate(rotationOf(person, far)));
    assert.equal((await stage.store.recordActivity(batchOf([person]))).moved, 0);
    assert.equal((await lifetimeOf(person)).idleExpiresAt, at + 39 * minute);
  });
});

test('a session that nobody has is told from those that count, and leaves nothing', async () => {
  const person = await someone();
  const stranger = personOf(home, 900_000);
  const theirs = await seed(stage.store, personOf(other, 900_001));
  const asked = batchOf([person, stranger, { ...theirs, tenant: home }]);
  const before = await holdings(stage.store, other);
  const written = await stage.store.recordActivity(asked);
  assert.deepEqual([...written.known], [person.session.id]);
  assert.deepEqual(await holdings(stage.store, other), before);
  const events = await activityEventsAfter(stage.store.pool, home, { after: 0, limit: 1_000 });
  const told = new Set<SessionId>(events.map(({ sessionId }) => sessionId));
  assert.equal(told.has(stranger.session.id) || told.has(theirs.session.id), false);
});

test('a batch whose limits were decided by a policy that is no longer in force writes nothing, and counts when it is decided anew', async () => {
  const person = await someone();
  const outdated = batchOf([person], { policyVersion: 2 });
  assert.deepEqual(await stage.store.recordActivity(outdated), {
    isFirst: false,
    isOutdated: true,
    known: new Set(),
    moved: 0,
  });
  assert.equal(await countsOf(person), undefined);
  assert.equal((await stage.store.recordActivity({ ...outdated, policyVersion: 1 })).moved, 1);
});

test('activity that comes while its session ends never brings it back, in 200 rounds', async () => {
  const second = openStore({ url: stage.url });
  let wasCounted = 0;
  for (let round = 0; round < 200; round += 1) {
    const person = await someone();
    const end = { kind: 'end-session', sessionId: person.session.id, reason: 'signed-out', at, by } as const;
    const [ended, written] = await Promise.all([
      stage.store.commit({ tenant: home, changes: [end], events: [eventOf()] }),
      second.recordActivity(batchOf([person])),
    ]);
    assert.ok(ended.isCommitted, `round ${round}: a limit that moves is no reason not to end`);
    wasCounted += written.moved;
    const { state } = await lifetimeOf(person);
    assert.equal(state, 'ended', `round ${round}`);
    const after = batchOf([person], { activeAt: at + 5 * minute, now: at + 5 * minute });
    assert.equal((await stage.store.recordActivity(after)).moved, 0, `round ${round}`);
  }
  await second.close();
  assert.ok(wasCounted < 200, 'in some rounds the end must come first, or this is no race');
});

test('batches about the same sessions in any order, refreshes and ends never deadlock, and every request counts', async () => {
  const racers = openStore({ url: stage.url, size: 8 });
  for (let round = 0; round < 25; round += 1) {
    const persons = [await someone(), await someone(), await someone(), await someone()];
    const [first] = persons;
    if (!first) return;
    const end = { kind: 'end-session', sessionId: first.session.id, reason: 'signed-out', at, by } as const;
    await Promise.all([
      ...Array.from({ length: 8 }, (_, n) => {
        const activeAt = at + (n + 1) * minute;
        return racers.recordActivity(
          batchOf(n % 2 ? persons : persons.toReversed(), { activeAt, now: activeAt }),
        );
      }),
      ...persons.map((person) => racers.rotate(rotationOf(person))),
      racers.commit({ tenant: home, changes: [end], events: [] }),
    ]);
    for (const person of persons) assert.equal((await countsOf(person))?.requests, 24);
    assert.equal((await lifetimeOf(first)).state, 'ended');
    for (const person of persons.slice(1))
      assert.equal((await lifetimeOf(person)).idleExpiresAt, at + 38 * minute);
  }
  await racers.close();
  assert.equal(await deadlocks(stage.store), 0);
});

test('an idle limit that moves stays out of the indexes', async () => {
  const person = await someone();
  const { pool } = stage.store;
  const updates = async () => {
    await pool.query('SELECT pg_stat_force_next_flush()');
    await pool.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await pool.query(
      "SELECT n_tup_upd AS all, n_tup_hot_upd AS hot FROM pg_stat_user_tables WHERE relname IN ('sessions', 'session_activity')",
    );
    return rows.reduce((sum, { all, hot }) => sum + all - hot, 0);
  };
  await stage.store.recordActivity(batchOf([person]));
  const before = await updates();
  for (let n = 2; n < 6; n += 1)
    await stage.store.recordActivity(batchOf([person], { activeAt: at + n * minute, now: at + n * minute }));
  assert.ok((await updates()) - before <= 4, 'a page may be full, though hardly each time');
  assert.equal(idOf(3, people), person.session.id);
});
