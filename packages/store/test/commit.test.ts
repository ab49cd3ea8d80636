import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Change } from '@argus/core';
import { commit } from '../src/commit.ts';
import type { Pool } from '../src/postgres/pool.ts';
import { roomFor } from './change-cases.ts';
import {
  at,
  eventOf,
  home,
  openStage,
  type Person,
  personOf,
  type Stage,
  seed,
  signInChanges,
} from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  people += 1;
  return seed(stage.store, personOf(home, people));
}

const rename = ({ user }: Person, role: string): Change => ({
  kind: 'set-user-roles',
  userId: user.id,
  roles: [role],
});

/** Until the database says that somebody waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (let look = 0; look < 2000; look += 1) {
    const { rows } = await stage.store.pool.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
  }
  assert.fail('nobody waited for the lock');
}

/** Cross a commit and a rival over two rows, and say whom PostgreSQL chose to fail first. */
async function deadlock(round: number): Promise<'commit' | 'rival'> {
  const [first, second] = [await someone(), await someone()];
  const rival = await stage.store.pool.connect();
  const touch = ({ user }: Person) => rival.query('UPDATE users SET name = name WHERE id = $1', [user.id]);
  try {
    await rival.query('BEGIN');
    await touch(first);
    const changes = [rename(second, 'two'), rename(first, 'one')];
    const events = [eventOf({ reason: `after deadlock ${round}` })];
    const written = stage.store.commit({ tenant: home, changes, events });
    await untilSomebodyWaits();
    const outcome = await touch(second).catch((error) => {
      assert.equal(error.code, '40P01');
      return null;
    });
    await rival.query('COMMIT');
    assert.ok((await written).isCommitted);
    return outcome === null ? 'rival' : 'commit';
  } finally {
    rival.release();
  }
}

test('a commit that PostgreSQL chose as the victim of a deadlock is tried again, and written once', async () => {
  // Whoever has waited for a second first is the victim: the commit, unless this machine slept in between.
  let round = 1;
  while (round < 5 && (await deadlock(round)) !== 'commit') round += 1;
  const { rows } = await stage.store.pool.query(
    'SELECT count(*) AS events FROM audit_events WHERE reason = $1',
    [`after deadlock ${round}`],
  );
  assert.equal(rows[0].events, 1);
  assert.ok(round < 5, 'the commit was never the victim');
});

describe('a fault of the database', () => {
  /** A pool whose INSERT fails with these SQLSTATEs in turn, then works. */
  function failing(...codes: readonly string[]) {
    const asked: string[] = [];
    const waiting = [...codes];
    const client = {
      query: async (sql: string | { name: string }) => {
        const name = typeof sql === 'string' ? sql : sql.name;
        asked.push(name);
        const code = name === 'set-user-roles' ? waiting.shift() : undefined;
        if (code) throw Object.assign(new Error('the statement failed'), { code });
        return { rows: [], rowCount: 1 };
      },
      on: () => client,
      off: () => client,
      once: () => client,
      removeListener: () => client,
      release: () => undefined,
    };
    // Only what a commit asks of a pool.
    const pool = { connect: async () => client } as unknown as Pool;
    const work = { tenant: home, changes: [rename(personOf(home, 1), 'x')], events: [] };
    return { asked, run: () => commit({ pool, uuid: () => '' }, work) };
  }
  const begins = (asked: readonly string[]) => asked.filter((name) => name === 'BEGIN').length;

  for (const code of ['40001', '40P01']) {
    test(`of SQLSTATE ${code} is tried three times in all, each in a transaction of its own`, async () => {
      const { asked, run } = failing(code, code);
      assert.ok((await run()).isCommitted);
      assert.equal(begins(asked), 3);
      assert.equal(asked.filter((name) => name === 'ROLLBACK').length, 2);
    });
  }

  test('that does not go away is thrown after the third time', async () => {
    const { asked, run } = failing('40P01', '40P01', '40P01');
    await assert.rejects(run(), { code: '40P01' });
    assert.equal(begins(asked), 3);
  });

  for (const code of ['23505', '22P02', '57014', '08006']) {
    test(`of SQLSTATE ${code} is thrown at once`, async () => {
      const { asked, run } = failing(code);
      await assert.rejects(run(), { code });
      assert.equal(begins(asked), 1);
    });
  }
});

test('thirty sign-ins of one person at once never leave more than ten live sessions', async () => {
  people += 1;
  const home0 = personOf(home, people);
  await seed(stage.store, home0);
  const signIn = (number: number) => {
    const next = personOf(home, 1000 + number, at + number);
    const mine: Person = {
      ...next,
      user: home0.user,
      device: { ...next.device, userId: home0.user.id },
      session: { ...next.session, userId: home0.user.id },
    };
    const limit: Change = {
      kind: 'make-room',
      userId: home0.user.id,
      sessionId: mine.session.id,
      ...roomFor(10, 'least-recently-active'),
      at: at + number,
    };
    return stage.store.commit({ tenant: home, changes: [...signInChanges(mine), limit], events: [] });
  };
  const written = await Promise.all(Array.from({ length: 30 }, (_, number) => signIn(number)));
  assert.ok(written.every(({ isCommitted }) => isCommitted));
  const { rows } = await stage.store.pool.query(
    `SELECT s.state, s.end_reason, g.status, count(*) AS many FROM sessions s JOIN grants g ON g.session_id = s.id
     WHERE s.user_id = $1 GROUP BY 1, 2, 3 ORDER BY 1`,
    [home0.user.id],
  );
  assert.deepEqual(rows, [
    { state: 'active', end_reason: null, status: 'active', many: 10 },
    { state: 'ended', end_reason: 'session-limit', status: 'ended', many: 21 },
  ]);
  const { rows: told } = await stage.store.pool.query(
    "SELECT count(DISTINCT session_id) AS sessions FROM audit_events WHERE user_id = $1 AND type = 'session.ended' AND reason = 'session-limit'",
    [home0.user.id],
  );
  assert.equal(told[0].sessions, 21);
  const { rows: fed } = await stage.store.pool.query(
    `SELECT count(*) AS ended FROM feed_pending p JOIN sessions s ON s.id::text = p.event ->> 'sid'
     WHERE s.user_id = $1 AND p.event ->> 'type' = 'session-ended' AND p.event ->> 'reason' = 'session-limit'`,
    [home0.user.id],
  );
  assert.equal(fed[0].ended, 21);
});
