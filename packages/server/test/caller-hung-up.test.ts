import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';

test('stopping waits for the work of a caller who hung up, and only then lets go of the database', async () => {
  const order: string[] = [];
  const { promise: hashing, resolve: hashIsAsked } = Promise.withResolvers<void>();
  const { promise: hashed, resolve: finishHash } = Promise.withResolvers<void>();
  const passwords = {
    ...cheapPasswords,
    async verify() {
      hashIsAsked();
      await hashed;
      order.push('hashed');
      return false;
    },
  };
  const server = await startTestServer({ parts: { passwords } });
  const hangUp = new AbortController();
  const asked = userAgent(server).fetch('/api/sign-in', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ identifier: 'ada@example.org', password: 'correct horse battery staple' }),
    signal: hangUp.signal,
  });
  await hashing;
  hangUp.abort();
  await assert.rejects(asked);
  const { pool } = server.argus.services.store;
  const end = pool.end.bind(pool);
  Object.assign(pool, {
    end: () => {
      order.push('database closed');
      return end();
    },
  });
  const stopped = server[Symbol.asyncDispose]();
  await refusesCallers(server.url);
  // Enough turns for a server that does not wait to let go of its database.
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  finishHash();
  await stopped;
  assert.deepEqual(order, ['hashed', 'database closed']);
});

async function refusesCallers(url: string): Promise<void> {
  const isOpen = () =>
    fetch(new URL('/health/live', url)).then(
      () => true,
      () => false,
    );
  while (await isOpen());
}
