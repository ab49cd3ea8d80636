import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing';
import fc from 'fast-check';
import { createRevocationTable } from '../src/link/revocation-table.ts';
import { endedBy } from '../src/link/token-marks.ts';

const clock = fakeClock();
const nowSeconds = Math.floor(clock.now() / 1000);

test('a hundred thousand ends take at most a hundred bytes each', () => {
  const table = createRevocationTable(500_000);
  for (let n = 0; n < 100_000; n += 1)
    assert.ok(table.add(endedBy('session-ended', `session ${n}`, { exp: nowSeconds + 300 }), clock.now()));
  assert.equal(table.size(), 100_000);
  assert.ok(table.bytes() <= 100 * 100_000, `${table.bytes() / 100_000} bytes for each`);
  for (const n of [0, 50_000, 99_999])
    assert.equal(
      table.endedBefore(endedBy('session-ended', `session ${n}`, { exp: 0 }), clock.now()),
      Number.POSITIVE_INFINITY,
    );
});

test('whoever ends sessions all day long fills nothing up', () => {
  const time = fakeClock();
  const table = createRevocationTable(20_000);
  for (let n = 0; n < 200_000; n += 1) {
    if (n % 100 === 0) time.advance(5_000);
    const exp = Math.floor(time.now() / 1000) + 300;
    assert.ok(table.add(endedBy('session-ended', `session ${n}`, { exp }), time.now()));
  }
  assert.ok(table.bytes() < 20_000 * 84, `${table.bytes()} bytes`);
});

test('a full table is not counted through for each end that it has no room for', () => {
  const table = createRevocationTable(200_000);
  const end = (n: number) =>
    table.add(endedBy('session-ended', `session ${n}`, { exp: nowSeconds + 300 }), clock.now());
  let n = 0;
  while (end(n)) n += 1;
  const begun = performance.now();
  for (let more = 1; more < 5_000; more += 1) assert.equal(end(n + more), false);
  assert.ok(performance.now() - begun < 500, `${performance.now() - begun} ms`);
});

test('an end holds a minute longer than its tokens, for clocks that differ', () => {
  const time = fakeClock();
  const table = createRevocationTable(10);
  const mark = endedBy('session-ended', 'one', { exp: nowSeconds + 10 });
  table.add(mark, time.now());
  time.advance(70_000);
  assert.equal(table.endedBefore(mark, time.now()), Number.POSITIVE_INFINITY);
  time.advance(1_000);
  assert.equal(table.endedBefore(mark, time.now()), Number.NEGATIVE_INFINITY);
});

test('property: it answers as a plain map of the same ends would', () => {
  const name = fc.integer({ min: 0, max: 40 }).map((n) => `name ${n}`);
  const end = fc.record({
    name,
    life: fc.integer({ min: 0, max: 400 }),
    before: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
    pause: fc.integer({ min: 0, max: 60 }),
  });
  fc.assert(
    fc.property(fc.array(end, { maxLength: 200 }), (ends) => {
      const time = fakeClock();
      const table = createRevocationTable(100);
      const map = new Map<string, { exp: number; before: number }>();
      for (const { name: of, life, before, pause } of ends) {
        time.advance(pause * 1000);
        const now = Math.floor(time.now() / 1000);
        const exp = now + life;
        table.add(endedBy('grant-ended', of, { exp, before }), time.now());
        const known = map.get(of);
        const isKept = known !== undefined && known.exp + 60 >= now;
        const mine = before ?? Number.POSITIVE_INFINITY;
        map.set(of, {
          exp: isKept ? Math.max(known.exp, exp) : exp,
          before: isKept ? Math.max(known.before, mine) : mine,
        });
      }
      const now = Math.floor(time.now() / 1000);
      for (const [of, { exp, before }] of map) {
        const found = table.endedBefore(endedBy('grant-ended', of, { exp: 0 }), time.now());
        assert.equal(found, exp + 60 >= now ? before : Number.NEGATIVE_INFINITY, of);
      }
    }),
  );
});
