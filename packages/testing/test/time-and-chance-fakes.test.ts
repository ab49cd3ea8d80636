import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock, fakeEpochMs } from '../src/clock.ts';
import { seededRandom } from '../src/random.ts';
import { seeded } from '../src/seeded.ts';

test('fake time stands still until it is moved', () => {
  const clock = fakeClock();
  assert.equal(clock.now(), fakeEpochMs);
  clock.advance(1500);
  assert.equal(clock.now(), fakeEpochMs + 1500);
});

test('fake time refuses to run backwards', () => {
  const clock = fakeClock(1000);
  assert.throws(() => clock.advance(-1), RangeError);
  assert.throws(() => clock.advanceTo(999), RangeError);
});

test('the same seed gives the same bytes and another seed gives others', () => {
  const [one, same, other] = [seededRandom('a'), seededRandom('a'), seededRandom('b')];
  const bytes = one.bytes(32);
  assert.deepEqual(bytes, same.bytes(32));
  assert.notDeepEqual(bytes, other.bytes(32));
  assert.notDeepEqual(bytes, one.bytes(32));
});

test('seeded ids are UUIDs of version 7, each greater than the one before', () => {
  const random = seededRandom(7);
  let last = '';
  for (let round = 0; round < 10_000; round += 1) {
    const id = random.uuid();
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(id > last, `${id} after ${last}`);
    last = id;
  }
});

test('a seeded id carries the fake time', () => {
  const { clock, random } = seeded();
  clock.advance(60_000);
  assert.equal(Number.parseInt(random.uuid().replaceAll('-', '').slice(0, 12), 16), clock.now());
});
