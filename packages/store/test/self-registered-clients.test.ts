import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { Client } from '@argus/core';
import { clientById, unusedClients } from '@argus/store';
import { clientOf, consentOf, furnish, holdGrants } from './oauth-stage.ts';
import { at, home, openStage, other, type Person, type Stage } from './stage.ts';

const day = 86_400_000;
let stage: Stage;
let person: Person;
before(async () => {
  stage = await openStage();
  person = await furnish(stage.store, home, 1);
});
after(() => stage[Symbol.asyncDispose]());
beforeEach(
  async () => void (await stage.store.pool.query("DELETE FROM clients WHERE source = 'registration'")),
);

const registered = (tenant: TenantId, number: number, changes: Partial<Client> = {}) =>
  clientOf(tenant, number, { source: 'registration', ...changes });

function register(client: Client, fewerRegisteredThan: number) {
  const changes = [{ kind: 'create-client', client, fewerRegisteredThan } as const];
  return stage.store.commit({ tenant: client.tenant, changes, events: [] });
}

describe('clients that register themselves', () => {
  test('are taken as long as there are fewer than the limit, in their tenant', async () => {
    for (const number of [10, 11]) assert.ok((await register(registered(home, number), 2)).isCommitted);
    assert.deepEqual(await register(registered(home, 12), 2), { isCommitted: false, lost: 'create-client' });
    assert.ok((await register(registered(other, 10), 2)).isCommitted);
  });

  test('do not count those whom an administrator created', async () => {
    assert.ok((await register(registered(home, 10), 1)).isCommitted);
  });

  test('cannot pass the limit side by side', async () => {
    for (let round = 0; round < 5; round += 1) {
      const numbers = Array.from({ length: 8 }, (_, at) => 100 + round * 10 + at);
      const outcomes = await Promise.all(numbers.map((number) => register(registered(home, number), 3)));
      assert.equal(outcomes.filter(({ isCommitted }) => isCommitted).length, 3, `round ${round}`);
      await stage.store.pool.query("DELETE FROM clients WHERE source = 'registration'");
    }
  });
});

describe('a client that registered itself and that nobody used for thirty days', () => {
  const since = at + 30 * day;
  const remove = (client: Client, tenant: TenantId = client.tenant) =>
    stage.store.commit({
      tenant,
      changes: [{ kind: 'remove-client', clientId: client.id, ifUnusedSince: since }],
      events: [],
    });
  const found = async () =>
    (await unusedClients(stage.store.pool, { since, limit: 100 })).map(({ clientId }) => clientId);

  test('is found in any tenant, with its tenant, and removed there alone', async () => {
    const clients = [registered(home, 10), registered(other, 10)];
    for (const client of clients) await register(client, 100);
    assert.deepEqual(
      new Set(
        (await unusedClients(stage.store.pool, { since, limit: 100 })).map(
          (each) => `${each.tenant} ${each.clientId}`,
        ),
      ),
      new Set(clients.map(({ tenant, id }) => `${tenant} ${id}`)),
    );
    assert.equal((await remove(registered(home, 10), other)).isCommitted, false);
    assert.ok((await remove(registered(home, 10))).isCommitted);
    assert.deepEqual(await found(), [registered(other, 10).id]);
  });

  test('is found only from then on', async () => {
    await register(registered(home, 10, { createdAt: since }), 100);
    assert.deepEqual(await found(), []);
    assert.equal((await remove(registered(home, 10))).isCommitted, false);
  });

  test('stays when a person let it in since', async () => {
    const client = registered(home, 10);
    await register(client, 100);
    const consent = { ...consentOf(person, 10), grantedAt: since, expiresAt: null };
    await stage.store.commit({ tenant: home, changes: [{ kind: 'give-consent', consent }], events: [] });
    assert.deepEqual(await found(), []);
    assert.equal((await remove(client)).isCommitted, false);
  });

  test('goes with a consent that is older', async () => {
    const client = registered(home, 10);
    await register(client, 100);
    const changes = [{ kind: 'give-consent', consent: consentOf(person, 10) } as const];
    await stage.store.commit({ tenant: home, changes, events: [] });
    assert.deepEqual(await found(), [client.id]);
    assert.ok((await remove(client)).isCommitted);
  });

  test('stays while it holds a live grant', async () => {
    const client = registered(home, 10);
    await register(client, 100);
    await holdGrants(stage.store, person, { number: 10, count: 1 });
    assert.deepEqual(await found(), []);
    assert.equal((await remove(client)).isCommitted, false);
  });

  test('is never one that somebody declared', async () => {
    const declared = clientOf(home, 1);
    assert.deepEqual(await clientById(stage.store.pool, declared.id), declared);
    assert.deepEqual(await found(), []);
    assert.equal((await remove(declared)).isCommitted, false);
  });
});
