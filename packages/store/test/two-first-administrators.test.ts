import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TenantId, UserId } from '@argus/contract';
import type { User } from '@argus/core';
import { openStore, type Store } from '@argus/store';
import { type TestDatabase, testDatabase } from '@argus/testing/database';

const tenant = 'default' as TenantId;
let database: TestDatabase;
let store: Store;
before(async () => {
  database = await testDatabase();
  store = openStore({ url: database.url });
});
after(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

function claim(n: number) {
  const id = `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as UserId;
  const email = `first-${n}@example.org`;
  const user: User = {
    id,
    tenant,
    email,
    name: null,
    roles: [],
    groups: [],
    status: 'active',
    createdAt: 1,
    emailVerifiedAt: null,
  };
  return store.commit({
    tenant,
    changes: [
      { kind: 'create-user', user },
      { kind: 'be-first-administrator', userId: id },
    ],
    events: [],
  });
}

test('two people who open two first-administrator links at once do not both become administrator', async () => {
  for (let round = 1; round <= 30; round += 1) {
    const outcomes = await Promise.all([claim(2 * round), claim(2 * round + 1)]);
    assert.equal(outcomes.filter((outcome) => outcome.isCommitted).length, 1, `round ${round}`);
    await store.pool.query(`UPDATE users SET roles = '{}'`);
  }
});
