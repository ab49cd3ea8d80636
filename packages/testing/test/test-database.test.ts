import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { openStore } from '@argus/store';
import { startTestPostgres, type TestPostgres, testDatabase } from '../src/database.ts';

describe('test databases', { timeout: 120_000 }, () => {
  const given = process.env.ARGUS_TEST_DATABASE;
  let server: TestPostgres;
  before(async () => {
    server = await startTestPostgres();
    process.env.ARGUS_TEST_DATABASE = server.url;
  });
  after(async () => {
    if (given === undefined) delete process.env.ARGUS_TEST_DATABASE;
    else process.env.ARGUS_TEST_DATABASE = given;
    await server.stop();
  });

  it('are made by several processes at once from one template', async () => {
    const program = `import { testDatabase } from '${new URL('../src/database.ts', import.meta.url).href}';
      const database = await testDatabase();
      await database[Symbol.asyncDispose]();`;
    const ends = [1, 2, 3, 4].map(async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
      const [code] = await once(child, 'exit');
      return code;
    });
    assert.deepEqual(await Promise.all(ends), [0, 0, 0, 0]);
    assert.deepEqual(await databases(server.url, 'argus_template_%'), 1);
  });

  it('have the current schema and nothing of each other', async () => {
    await using one = await testDatabase();
    await using two = await testDatabase();
    const insert = "INSERT INTO tenants (id, created_at) VALUES ('another', now())";
    for (const { url } of [one, two]) {
      await using store = openStore({ url, size: 1 });
      assert.equal((await store.pool.query(insert)).rowCount, 1);
    }
  });

  it('are gone when disposed of, whoever is still connected', async () => {
    const database = await testDatabase();
    await using store = openStore({ url: database.url, size: 1 });
    await store.pool.query('SELECT 1');
    await database[Symbol.asyncDispose]();
    assert.equal(await databases(server.url, new URL(database.url).pathname.slice(1)), 0);
  });

  it('leave nothing on the disk when their throw-away server stops', async () => {
    const other = await startTestPostgres();
    const socket = decodeURIComponent(new URL(other.url).hostname);
    assert.ok(existsSync(socket));
    await other.stop();
    assert.ok(!existsSync(socket.replace(/\/postgres\/socket$/, '')));
  });
});

async function databases(url: string, pattern: string): Promise<number> {
  await using store = openStore({ url, size: 1 });
  const count = 'SELECT count(*)::int AS count FROM pg_database WHERE datname LIKE $1';
  const answer = await store.pool.query<{ count: number }>(count, [pattern]);
  return answer.rows[0]?.count ?? -1;
}
