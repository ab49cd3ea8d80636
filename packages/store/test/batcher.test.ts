import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BatchFull } from '@argus/store';
import fc from 'fast-check';
import { type BatchOptions, createBatcher } from '../src/postgres/batch.ts';

interface Flight {
  readonly items: readonly string[];
  land(outcomes?: readonly string[]): void;
  crash(error: Error): void;
}

/** A batcher whose batches land when the test says so. */
function stage(limits: Partial<BatchOptions<string, string>> = {}) {
  const flights: Flight[] = [];
  const batcher = createBatcher<string, string>({
    size: 3,
    lanes: 2,
    waiting: 5,
    keyOf: (item) => item.split(':')[0] ?? item,
    run: (items) => {
      const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
      const land = (outcomes = items.map((item) => `did ${item}`)) => resolve(outcomes);
      flights.push({ items, land, crash: reject });
      return promise;
    },
    ...limits,
  });
  return { batcher, flights, aloft: () => flights.map(({ items }) => items) };
}

/** Lets everything that is ready to run, run. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a batcher', { timeout: 10_000 }, () => {
  test('asks a database that is gone once for a whole batch, not once for each of its members', async () => {
    const { batcher, flights } = stage();
    const outcomes = ['a', 'b', 'c'].map((item) => batcher.submit(item));
    await settled();
    flights[0]?.crash(Object.assign(new Error('the database system is shutting down'), { code: '57P03' }));
    const ends = await Promise.allSettled(outcomes);
    assert.deepEqual(
      ends.map(({ status }) => status),
      ['rejected', 'rejected', 'rejected'],
    );
    assert.equal(flights.length, 1);
  });

  test('sends together what came in one turn, and gathers what comes while all lanes are busy', async () => {
    const { batcher, flights, aloft } = stage();
    const outcomes = ['a', 'b'].map((item) => batcher.submit(item));
    await settled();
    outcomes.push(batcher.submit('c'));
    await settled();
    outcomes.push(...['d', 'e'].map((item) => batcher.submit(item)));
    await settled();
    assert.deepEqual(aloft(), [['a', 'b'], ['c']]);
    flights[0]?.land();
    await settled();
    assert.deepEqual(aloft().slice(2), [['d', 'e']]);
    flights[1]?.land();
    flights[2]?.land();
    assert.deepEqual(await Promise.all(outcomes), ['did a', 'did b', 'did c', 'did d', 'did e']);
  });

  test('puts no more into a batch than its size', async () => {
    const { batcher, flights, aloft } = stage({ lanes: 1 });
    for (const item of ['a', 'b', 'c', 'd', 'e']) void batcher.submit(item);
    await settled();
    flights[0]?.land();
    await settled();
    assert.deepEqual(aloft(), [
      ['a', 'b', 'c'],
      ['d', 'e'],
    ]);
  });

  test('refuses what comes when too much waits already, and takes more once there is room', async () => {
    const { batcher, flights } = stage({ lanes: 1, waiting: 2 });
    const kept = [batcher.submit('a')];
    await settled();
    kept.push(batcher.submit('b'), batcher.submit('c'));
    await assert.rejects(batcher.submit('d'), BatchFull);
    flights[0]?.land();
    await settled();
    kept.push(batcher.submit('e'));
    flights[1]?.land();
    await settled();
    flights[2]?.land();
    assert.deepEqual(await Promise.all(kept), ['did a', 'did b', 'did c', 'did e']);
  });

  test('never has two of one key in the air, in one batch or in two', async () => {
    const { batcher, flights, aloft } = stage();
    for (const item of ['k:1', 'k:2', 'l:1', 'k:3']) void batcher.submit(item);
    await settled();
    assert.deepEqual(aloft(), [['k:1', 'l:1']]);
    flights[0]?.land();
    await settled();
    assert.deepEqual(aloft().slice(1), [['k:2']]);
    flights[1]?.land();
    await settled();
    assert.deepEqual(aloft().slice(2), [['k:3']]);
  });

  test('asks one by one after a batch failed, so that only the guilty member fails', async () => {
    const { batcher, flights, aloft } = stage({ lanes: 1 });
    const outcomes = ['good', 'bad', 'fine'].map((item) => batcher.submit(item));
    const all = Promise.allSettled(outcomes);
    await settled();
    flights[0]?.crash(new Error('the statement broke'));
    await settled();
    for (const [item, at] of [
      ['good', 1],
      ['bad', 2],
      ['fine', 3],
    ] as const) {
      assert.deepEqual(aloft()[at], [item]);
      if (item === 'bad') flights[at]?.crash(new Error('this one broke it'));
      else flights[at]?.land();
      await settled();
    }
    assert.deepEqual(
      (await all).map((each) => (each.status === 'fulfilled' ? each.value : String(each.reason))),
      ['did good', 'Error: this one broke it', 'did fine'],
    );
  });

  test('goes on after a failure', async () => {
    const { batcher, flights } = stage({ lanes: 1 });
    const failing = batcher.submit('a');
    await settled();
    flights[0]?.crash(new Error('down'));
    await assert.rejects(failing, /down/);
    const next = batcher.submit('a');
    await settled();
    flights[1]?.land();
    assert.equal(await next, 'did a');
  });
});

test('whatever comes in whatever order, every member gets its own outcome and the bounds hold', async () => {
  const keys = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(
      keys,
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      async (asked, size, lanes) => {
        const inFlight = new Set<string>();
        let busy = 0;
        const batcher = createBatcher<string, string>({
          size,
          lanes,
          waiting: 1000,
          keyOf: (item) => item.split(':')[0] ?? '',
          run: async (items) => {
            busy += 1;
            assert.ok(items.length <= size && busy <= lanes);
            for (const item of items) {
              const key = item.split(':')[0] ?? '';
              assert.ok(!inFlight.has(key));
              inFlight.add(key);
            }
            await settled();
            for (const item of items) inFlight.delete(item.split(':')[0] ?? '');
            busy -= 1;
            return items.map((item) => `did ${item}`);
          },
        });
        const items = asked.map((key, place) => `${key}:${place}`);
        const outcomes = await Promise.all(items.map((item) => batcher.submit(item)));
        assert.deepEqual(
          outcomes,
          items.map((item) => `did ${item}`),
        );
      },
    ),
    { numRuns: 60 },
  );
});
