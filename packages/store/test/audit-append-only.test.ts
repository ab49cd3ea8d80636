import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { eventOf, holdings, home, openStage, personOf, rotationOf, type Stage, seed } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
  await seed(stage.store, personOf(home, 1));
});
after(() => stage[Symbol.asyncDispose]());

describe('what the audit log says cannot be unsaid, not even by the owner of the table:', () => {
  const attempts = [
    "UPDATE audit_events SET reason = 'nothing happened'",
    'UPDATE audit_events SET at = at WHERE false',
    'DELETE FROM audit_events',
    'DELETE FROM audit_events WHERE false',
    'TRUNCATE audit_events',
    'TRUNCATE tenants CASCADE',
    "INSERT INTO audit_events SELECT * FROM audit_events ON CONFLICT (tenant_id, id) DO UPDATE SET actor = 'x'",
    "MERGE INTO audit_events a USING audit_events b ON a.id = b.id WHEN MATCHED THEN UPDATE SET actor = 'x'",
    'WITH gone AS (DELETE FROM audit_events RETURNING 1) SELECT count(*) FROM gone',
  ];
  for (const sql of attempts) {
    test(sql, async () => {
      const before = await holdings(stage.store);
      await assert.rejects(stage.store.pool.query(sql), { code: '23001', message: /append-only/ });
      assert.deepEqual(await holdings(stage.store), before);
    });
  }
});

test('a tenant that has said something cannot be deleted', async () => {
  await assert.rejects(stage.store.pool.query("DELETE FROM tenants WHERE id = 'default'"), { code: /^23/ });
});

test('an event that was written stays when the same id comes again, and the second commit fails whole', async () => {
  const event = eventOf({ reason: 'the first' });
  await stage.store.commit({ tenant: home, changes: [], events: [event] });
  const before = await holdings(stage.store);
  const again = { ...event, reason: 'the second' };
  await assert.rejects(stage.store.commit({ tenant: home, changes: [], events: [again] }), { code: '23505' });
  assert.deepEqual(await holdings(stage.store), before);
});

test('a rotation whose event cannot be written does not happen', async () => {
  const person = personOf(home, 1);
  const event = eventOf();
  await stage.store.commit({ tenant: home, changes: [], events: [event] });
  await assert.rejects(stage.store.rotate(rotationOf(person, { eventId: event.id })), { code: '23505' });
  assert.equal(
    (await stage.store.refreshFacts({ tenant: home, grantId: person.grant.id }))?.grant.generation,
    1,
  );
});
