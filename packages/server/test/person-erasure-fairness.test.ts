import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { erasePeople } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { openStage, type Person, someone } from './stage.ts';

const hour = 3_600_000;
let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

async function remaining(): Promise<string[]> {
  const { rows } = await server.argus.services.store.pool.query<{ id: string }>('SELECT id FROM users');
  return rows.map(({ id }) => id);
}

async function leaving(): Promise<Person> {
  const person = await someone(server);
  const { status } = await person.browser.call('eraseAccount', { body: { confirm: person.email } });
  assert.equal(status, 202);
  server.clock.advance(1000);
  return person;
}

test('twenty people whose erasure fails each time keep nobody else from being erased', async () => {
  const stuck: Person[] = [];
  for (let at = 0; at < 20; at += 1) stuck.push(await leaving());
  const last = await leaving();
  await server.argus.services.store.pool.query(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'stuck'; END $$;
    CREATE TRIGGER stuck BEFORE DELETE ON users FOR EACH ROW
      WHEN (OLD.id IN (${stuck.map(({ userId }) => `'${userId}'`).join()})) EXECUTE FUNCTION refuse()`);
  server.clock.advance(hour);
  await assert.rejects(erasePeople(server.argus.services), /stuck/);
  assert.ok((await remaining()).includes(last.userId), 'the twenty came first');
  server.clock.advance(1000);
  await assert.rejects(erasePeople(server.argus.services), /stuck/);
  assert.deepEqual((await remaining()).sort(), stuck.map(({ userId }) => userId).sort());
  await server.argus.services.store.pool.query('DROP TRIGGER stuck ON users');
  server.clock.advance(1000);
  assert.equal(await erasePeople(server.argus.services), 20, 'and are erased once they can be');
});
