import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceId, TenantId } from '@argus/contract';
import { type ActivityBatch, createActivityStream } from '../src/activity/activity-stream.ts';

function batchOf(number: number): ActivityBatch {
  return {
    tenant: 'default' as TenantId,
    serviceId: `service-${number}` as ServiceId,
    sampled: 1,
    events: [],
  };
}

test('each who reads gets what is published from then on, in order', async () => {
  const stream = createActivityStream();
  stream.publish(batchOf(0));
  const readers = [stream.subscribe(), stream.subscribe()];
  for (const number of [1, 2]) stream.publish(batchOf(number));
  for (const reader of readers) {
    const read: string[] = [];
    for await (const { serviceId } of reader) {
      read.push(serviceId);
      if (read.length === 2) stream.publish(batchOf(3));
      if (read.length === 3) break;
    }
    assert.deepEqual(read, ['service-1', 'service-2', 'service-3']);
    assert.equal(reader.missed(), 0);
  }
});

test('who reads waits for what is not there yet', async () => {
  const stream = createActivityStream();
  const reader = stream.subscribe();
  const next = reader[Symbol.asyncIterator]().next();
  await new Promise((resolve) => setImmediate(resolve));
  stream.publish(batchOf(7));
  assert.equal((await next).value?.serviceId, 'service-7');
});

test('who is too slow misses the oldest and is told how many', async () => {
  const stream = createActivityStream();
  const [slow, gone] = [stream.subscribe(), stream.subscribe()];
  gone.close();
  for (let number = 0; number < 300; number += 1) stream.publish(batchOf(number));
  assert.deepEqual([slow.missed(), gone.missed()], [44, 0]);
  for await (const { serviceId } of slow) {
    assert.equal(serviceId, 'service-44');
    break;
  }
});

test('whoever is closed while waiting stops', async () => {
  const reader = createActivityStream().subscribe();
  const next = reader[Symbol.asyncIterator]().next();
  await new Promise((resolve) => setImmediate(resolve));
  reader.close();
  assert.equal((await next).done, true);
});
