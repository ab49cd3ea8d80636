import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBuckets } from '../src/throttle/buckets.ts';

const limit = { burst: 3, everySeconds: 10 };

test('a bucket gives its burst at once and then one more for every interval', () => {
  const buckets = createBuckets(limit, 10);
  const takenAt = (now: number) => buckets.take('a', now) === null;
  assert.deepEqual([0, 0, 0, 0, 9_999, 10_000, 10_000, 30_000].map(takenAt), [
    true,
    true,
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
});

test('a full bucket says in whole seconds when to come again', () => {
  const buckets = createBuckets(limit, 10);
  for (let taken = 0; taken < 3; taken += 1) buckets.take('a', 0);
  assert.equal(buckets.take('a', 0)?.retryAfterSeconds, 10);
  assert.equal(buckets.take('a', 8_500)?.retryAfterSeconds, 2);
  assert.equal(buckets.take('a', 9_999)?.retryAfterSeconds, 1);
});

test('a bucket that stays used up is news once in the time that it takes to fill', () => {
  const buckets = createBuckets(limit, 10);
  const news: number[] = [];
  for (let now = 0; now < 90_000; now += 100) if (buckets.take('a', now)?.isNews) news.push(now);
  assert.deepEqual(news, [0 + 300, 30_300, 60_300]);
});

test('what is given back can be taken again, and a key that was forgotten takes nothing back', () => {
  const buckets = createBuckets(limit, 10);
  for (let taken = 0; taken < 50; taken += 1) {
    assert.equal(buckets.take('a', 0), null);
    buckets.giveBack('a');
  }
  buckets.giveBack('never seen');
  assert.equal(buckets.size(), 1);
});

test('a million names take no more room than the limit, and the busiest name is not forgotten for them', () => {
  const buckets = createBuckets(limit, 100);
  for (let taken = 0; taken < 3; taken += 1) buckets.take('busy', 0);
  for (let name = 0; name < 100_000; name += 1) {
    buckets.take(`name ${name}`, 0);
    if (name % 50 === 0) assert.notEqual(buckets.take('busy', 0), null);
  }
  assert.equal(buckets.size(), 100);
});

test('a clock that steps back neither opens a bucket nor closes it for longer', () => {
  const buckets = createBuckets(limit, 10);
  for (let taken = 0; taken < 3; taken += 1) buckets.take('a', 100_000);
  assert.notEqual(buckets.take('a', 50_000), null);
  assert.equal(buckets.take('a', 110_000), null);
});
