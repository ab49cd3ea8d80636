import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startPostgres } from '../src/embedded/postgres-process.ts';
import { ask, scratch } from './embedded-site.ts';

const installed = [
  ...globSync('/usr/lib/postgresql/*/bin/initdb'),
  ...(process.env.PATH ?? '')
    .split(':')
    .map((folder) => join(folder, 'initdb'))
    .filter((path) => existsSync(path)),
];

const needsSystem = {
  timeout: 60_000,
  skip: installed.length === 0 && 'NOT PROVEN HERE: no PostgreSQL of the system (initdb) is installed',
};

describe("the system's PostgreSQL in place of the bundled one", needsSystem, () => {
  const site = scratch();
  after(() => site[Symbol.dispose]());

  it('serves a data directory', async () => {
    await using postgres = await startPostgres({ durable: false, dataDir: site.path, source: 'system' });
    assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
    await ask(postgres.url, 'CREATE TABLE kept AS SELECT 7 AS number');
  });

  it('is used again for its own database, although the bundled one would come first', async () => {
    const made = readFileSync(join(site.path, 'postgres/cluster/PG_VERSION'), 'utf8').trim();
    await using postgres = await startPostgres({ durable: false, dataDir: site.path });
    const row = await ask(postgres.url, "SELECT split_part(version(), ' ', 2) AS version, number FROM kept");
    assert.equal(row.number, 7);
    assert.equal(String(row.version).split('.')[0], made);
  });
});
