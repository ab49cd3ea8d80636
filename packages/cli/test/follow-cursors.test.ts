import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { collect, type PageWish } from '../src/collect.ts';

/** A list of numbers behind pages; remembers what it was asked. */
function numbers(length: number) {
  const wishes: PageWish[] = [];
  const next = async (wish: PageWish) => {
    wishes.push(wish);
    const from = Number(wish.cursor ?? 0);
    const items = Array.from({ length: Math.min(wish.limit, length - from) }, (_, at) => from + at);
    const end = from + items.length;
    return { items, nextCursor: end < length ? String(end) : null };
  };
  return { wishes, next };
}

describe('following the cursors of a list', () => {
  test('brings the whole list, page after page, in order', async () => {
    const { next, wishes } = numbers(250);
    const { items, nextCursor } = await collect(10_000, next);
    assert.deepEqual(
      items,
      Array.from({ length: 250 }, (_, at) => at),
    );
    assert.equal(nextCursor, null);
    assert.equal(wishes.length, 3);
  });

  test('stops at the limit and says where to go on', async () => {
    const { next, wishes } = numbers(250);
    const { items, nextCursor } = await collect(120, next);
    assert.equal(items.length, 120);
    assert.equal(nextCursor, '120');
    assert.deepEqual(
      wishes.map(({ limit }) => limit),
      [100, 20],
    );
  });

  test('of an empty list asks once', async () => {
    const { next, wishes } = numbers(0);
    assert.deepEqual(await collect(20, next), { items: [], nextCursor: null });
    assert.equal(wishes.length, 1);
  });
});
