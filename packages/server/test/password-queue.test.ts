import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { seededRandom } from '@argus/testing/random';
import { createPasswordHasher, HashingBusy } from '../src/authenticators/password/hasher.ts';

test('strangers who fill the queue of password hashes do not keep out who comes on a known device', async () => {
  await using hasher = await createPasswordHasher(seededRandom('queue', fakeClock()));
  const order: string[] = [];
  const strangers = Array.from({ length: 300 }, () =>
    hasher.verify(null, 'wrong').then(
      () => 'served',
      (error: unknown) => (error instanceof HashingBusy ? 'busy' : 'broken'),
    ),
  );
  void Promise.race(strangers.slice(60, 250)).then(() => order.push('sixtieth stranger'));
  assert.equal(await hasher.verify(null, 'wrong', 'known').then(() => order.push('known')), 1);
  assert.deepEqual(order, ['known']);
  const told = await Promise.all(strangers);
  assert.ok(told.includes('busy'));
  assert.ok(!told.includes('broken'));
});
