import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TenantId, UserId } from '@argus/contract';
import { openStore, type Store } from '@argus/store';
import { type TestDatabase, testDatabase } from '@argus/testing/database';

const tenant = 'default' as TenantId;
const rounds = 40;
let database: TestDatabase;
let store: Store;
before(async () => {
  database = await testDatabase();
  store = openStore({ url: database.url, size: 9 });
});
after(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

const killTheRest = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND datname = current_database()`;

// Without a listener the loss of a connection inside a commit is an uncaught exception, which ends the process;
// the test runner reports that as a failure of the running test.
test('a database that drops connections in the middle of commits fails those commits and nothing else', {
  timeout: 60_000,
}, async () => {
  const killer = await store.pool.connect();
  let isOver = false;
  let count = 0;
  const commits = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      count += 1;
      const id = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}` as UserId;
      const email = `person-${count}@example.org`;
      const user = {
        id,
        tenant,
        email,
        name: null,
        roles: [],
        groups: [],
        status: 'active',
        createdAt: 1,
        emailVerifiedAt: null,
      } as const;
      await store
        .commit({ tenant, changes: [{ kind: 'create-user', user }], events: [] })
        .catch(() => undefined);
    }
  });
  for (let round = 0; round < rounds; round += 1) await killer.query(killTheRest);
  isOver = true;
  await Promise.all(commits);
  killer.release();
  assert.equal(await store.isReady(), true);
});
