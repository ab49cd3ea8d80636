import assert from 'node:assert/strict';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { startPostgres } from '../src/embedded/postgres-process.ts';
import { copyCheckout, giveTree } from './embedded-checkout.ts';
import { ask, needsRoot, scratch, startServer } from './embedded-site.ts';

const NOBODY = 65_534;
const CACHE = '/var/cache/argus';

describe('the embedded PostgreSQL under root', { timeout: 120_000, skip: needsRoot }, () => {
  it('runs as another user, who alone may pass through a closed data directory', async () => {
    using site = scratch(0o700);
    await using postgres = await startPostgres({ durable: false, dataDir: site.path });
    assert.notEqual(statSync(`/proc/${postgres.pid}`).uid, 0);
    const directory = statSync(site.path);
    assert.equal(directory.mode & 0o777, 0o710);
    assert.deepEqual([directory.uid, directory.gid], [0, statSync(`/proc/${postgres.pid}`).gid]);
    assert.ok(existsSync(join(site.path, 'postgres/cluster')));
  });

  it('leaves its database to root alone: an ordinary user is told, and harms nothing', async () => {
    using site = scratch();
    await (await startPostgres({ durable: false, dataDir: site.path })).stop();
    copyCheckout(join(site.path, 'checkout'));
    const checkout = join(site.path, 'checkout');
    const server = await startServer({ dataDir: site.path, uid: NOBODY, checkout });
    assert.equal(server.told.error, 'PostgresUnavailable');
    assert.match(server.told.message ?? '', /postgres\.lock cannot be opened.*DATABASE_URL/);
    await using postgres = await startPostgres({ durable: false, dataDir: site.path });
    assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
  });
});

describe('a checkout of root under a closed home', { timeout: 120_000, skip: needsRoot }, () => {
  const site = scratch();
  const home = join(site.path, 'home');
  const checkout = join(home, 'argus');
  const dataDir = join(checkout, '.argus');
  const cachedBefore = existsSync(CACHE) ? readdirSync(CACHE) : null;

  before(() => {
    mkdirSync(home, { mode: 0o700 });
    copyCheckout(checkout);
  });
  after(() => {
    site[Symbol.dispose]();
    if (cachedBefore === null) rmSync(CACHE, { recursive: true, force: true });
  });

  it('runs from a copy of the programs, with its database where the other user can reach it', async () => {
    const server = await startServer({ dataDir, checkout });
    assert.equal(server.told.error, undefined, server.told.message);
    assert.notEqual(statSync(`/proc/${server.told.pid}`).uid, 0);
    await ask(server.told.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await server.stop();
    assert.match(readFileSync(join(dataDir, 'postgres.location'), 'utf8'), /^\/var\/lib\/argus-\w{6}\n$/);
  });

  it('finds it again, and keeps it out of reach of everyone else', async () => {
    const server = await startServer({ dataDir, checkout });
    assert.deepEqual(await ask(server.told.url, 'SELECT number FROM kept'), { number: 7 });
    const elsewhere = readFileSync(join(dataDir, 'postgres.location'), 'utf8').trim();
    assert.equal(statSync(elsewhere).mode & 0o777, 0o710);
    assert.equal(statSync(home).mode & 0o777, 0o700);
    await server.stop();
  });

  it('takes its database along when the data directory moves', async () => {
    renameSync(dataDir, join(checkout, 'moved'));
    const server = await startServer({ dataDir: join(checkout, 'moved'), checkout });
    assert.deepEqual(await ask(server.told.url, 'SELECT number FROM kept'), { number: 7 });
    await server.stop();
  });

  it('does not run the same database for a copy of the data directory', async () => {
    cpSync(join(checkout, 'moved'), join(checkout, 'copied'), { recursive: true });
    const server = await startServer({ dataDir: join(checkout, 'copied'), checkout });
    assert.equal(server.told.error, 'PostgresUnavailable');
    assert.match(server.told.message ?? '', /copied is a copy: its database .* belongs to .*moved/);
  });
});

describe('an ordinary user', { timeout: 120_000, skip: needsRoot }, () => {
  const site = scratch();
  const home = join(site.path, 'home');
  const checkout = join(home, 'argus');
  const dataDir = join(checkout, '.argus');

  before(() => {
    mkdirSync(home, { mode: 0o700 });
    copyCheckout(checkout);
    giveTree(home, NOBODY);
  });
  after(() => site[Symbol.dispose]());

  it('runs it in place, in a checkout under their closed home, and finds it again', async () => {
    const first = await startServer({ dataDir, checkout, uid: NOBODY });
    assert.equal(first.told.error, undefined, first.told.message);
    assert.equal(statSync(`/proc/${first.told.pid}`).uid, NOBODY);
    await ask(first.told.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.stop();
    assert.equal(statSync(dataDir).mode & 0o777, 0o700);
    const second = await startServer({ dataDir, checkout, uid: NOBODY });
    assert.deepEqual(await ask(second.told.url, 'SELECT number FROM kept'), { number: 7 });
    await second.stop();
  });

  it('keeps ownership of it when root starts it once', async () => {
    const server = await startServer({ dataDir, checkout });
    assert.equal(server.told.error, undefined, server.told.message);
    assert.equal(statSync(`/proc/${server.told.pid}`).uid, NOBODY);
    await server.stop();
    const again = await startServer({ dataDir, checkout, uid: NOBODY });
    assert.deepEqual(await ask(again.told.url, 'SELECT number FROM kept'), { number: 7 });
    await again.stop();
  });
});
