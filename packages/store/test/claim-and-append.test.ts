import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Mark } from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { markOf } from './oauth-stage.ts';
import { at, eventOf, home, openStage, other, type Stage } from './stage.ts';

const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 40);

let stage: Stage;
let second: Store;
let marks = 0;
/** Names of the statements that were sent, in their order. */
const sent: string[] = [];
before(async () => {
  stage = await openStage();
  second = openStore({ url: stage.url });
  const { pool } = stage.store;
  const query: (...asked: unknown[]) => Promise<never> = pool.query.bind(pool);
  Object.assign(pool, {
    query: (...asked: readonly [{ name?: string }]) => {
      sent.push(asked[0].name ?? '');
      return query(...asked);
    },
  });
});
after(async () => {
  await second.close();
  await stage[Symbol.asyncDispose]();
});

function fresh(use: Mark['use'] = 'dpop'): Mark {
  marks += 1;
  return markOf(marks, use);
}

describe('what is shown', () => {
  test('counts once, and all that is shown together counts together', async () => {
    const [proof, assertion] = [fresh(), fresh('assertion')];
    assert.equal(await stage.store.claim(home, [proof, assertion]), true);
    assert.equal(await stage.store.claim(home, [proof]), false);
    assert.equal(await stage.store.claim(home, [fresh(), assertion]), false);
    assert.equal(await stage.store.claim(home, []), true);
  });

  test('is used up even beside something that was shown before', async () => {
    const [old, young] = [fresh(), fresh()];
    await stage.store.claim(home, [old]);
    assert.equal(await stage.store.claim(home, [old, young]), false);
    assert.equal(await stage.store.claim(home, [young]), false);
  });

  test('in another tenant or for another use is another thing', async () => {
    const mark = fresh();
    assert.equal(await stage.store.claim(home, [mark]), true);
    assert.equal(await stage.store.claim(other, [mark]), true);
    assert.equal(await stage.store.claim(home, [{ ...mark, use: 'federation' }]), true);
  });

  test('at once by many shares a statement', async () => {
    const different = Array.from({ length: 20 }, () => fresh());
    sent.length = 0;
    const outcomes = await Promise.all(different.map((mark) => stage.store.claim(home, [mark])));
    assert.deepEqual(outcomes, Array(20).fill(true));
    assert.deepEqual(sent, ['claim-marks']);
  });

  test('by ten at once, at two servers, counts for one; in whatever order they show it nobody waits for ever', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const both = [fresh(), fresh('assertion')];
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, place) =>
          (place % 2 ? second : stage.store).claim(home, place % 3 ? both : both.toReversed()),
        ),
      );
      assert.ok(outcomes.filter((isFirst) => isFirst).length <= 1, `round ${round}`);
      const again = await Promise.all(both.map((mark) => second.claim(home, [mark])));
      assert.deepEqual(again, [false, false], `round ${round}`);
    }
  });

  test('by ten at once, one thing each, counts for exactly one', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const mark = fresh();
      const outcomes = await Promise.all(
        Array.from({ length: 10 }, (_, place) => (place % 2 ? second : stage.store).claim(home, [mark])),
      );
      assert.equal(outcomes.filter((isFirst) => isFirst).length, 1, `round ${round}`);
    }
  });
});

describe('events that come without a change', () => {
  const read = async (ids: readonly string[]) => {
    const { rows } = await second.pool.query<{ tenant_id: string; id: string; at: number }>(
      'SELECT tenant_id, id, at FROM audit_events WHERE id = ANY ($1) ORDER BY id, tenant_id',
      [ids],
    );
    return rows;
  };

  test('share a statement, each in its own tenant', async () => {
    const [mine, theirs] = [eventOf(), eventOf({ at: at + 1 })];
    sent.length = 0;
    await Promise.all([stage.store.append(home, [mine]), stage.store.append(other, [theirs])]);
    assert.deepEqual(sent, ['insert-audit-events']);
    assert.deepEqual(await read([mine.id, theirs.id]), [
      { tenant_id: home, id: mine.id, at },
      { tenant_id: other, id: theirs.id, at: at + 1 },
    ]);
  });

  test('are written though a neighbour’s cannot be', async () => {
    const [good, last] = [eventOf(), eventOf()];
    const settled = await Promise.allSettled([
      stage.store.append(home, [good]),
      stage.store.append('nowhere', [eventOf()]),
      stage.store.append(other, [last]),
    ]);
    assert.deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.equal((await read([good.id, last.id])).length, 2);
  });
});
