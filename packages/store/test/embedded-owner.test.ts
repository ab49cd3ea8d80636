import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { DataDirectoryInUse, startPostgres } from '../src/embedded/postgres-process.ts';
import { ask, scratch, startServer } from './embedded-site.ts';

describe('one owner for each data directory', { timeout: 60_000 }, () => {
  const site = scratch();
  after(() => site[Symbol.dispose]());

  it('lets exactly one of several simultaneous first starts win', async () => {
    const starts = [1, 2, 3].map(() => startServer({ dataDir: site.path }));
    const servers = await Promise.all(starts);
    const errors = servers.map((server) => server.told.error).filter((error) => error !== undefined);
    const winner = servers.find((server) => server.told.error === undefined);
    assert.deepEqual(errors, ['DataDirectoryInUse', 'DataDirectoryInUse']);
    assert.ok(winner);
    assert.deepEqual(await ask(winner.told.url, 'SELECT 1 AS one'), { one: 1 });
    await winner.stop();
  });

  it('tells a second server who the owner is, and leaves the first one alone', async () => {
    await using first = await startPostgres({ durable: false, dataDir: site.path });
    const pid = first.pid;
    const second = await startServer({ dataDir: site.path });
    assert.equal(second.told.error, 'DataDirectoryInUse');
    assert.match(second.told.message ?? '', new RegExp(`in use by process ${process.pid}\\b`));
    assert.deepEqual(await ask(first.url, 'SELECT 1 AS one'), { one: 1 });
    assert.equal(first.pid, pid);
  });

  it('refuses a second start inside the same process, and holds on to the first afterwards', async () => {
    await using first = await startPostgres({ durable: false, dataDir: site.path });
    await assert.rejects(startPostgres({ durable: false, dataDir: site.path }), DataDirectoryInUse);
    // The refused start must not have dropped the process's lock on the file.
    const other = await startServer({ dataDir: site.path });
    assert.equal(other.told.error, 'DataDirectoryInUse');
    assert.deepEqual(await ask(first.url, 'SELECT 1 AS one'), { one: 1 });
  });

  it('sees through another spelling of the path', async () => {
    await using _first = await startPostgres({ durable: false, dataDir: site.path });
    await assert.rejects(
      startPostgres({ durable: false, dataDir: `${site.path}/../${site.path.split('/').at(-1)}/.` }),
      {
        name: 'DataDirectoryInUse',
      },
    );
  });

  it('is free again after the stop', async () => {
    const first = await startPostgres({ durable: false, dataDir: site.path });
    await first.stop();
    await using second = await startPostgres({ durable: false, dataDir: site.path });
    assert.equal(second.isRunning, true);
  });
});
