import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { type PostgresExit, startPostgres } from '../src/embedded/postgres-process.ts';
import { ask, eventually, gone, scratch, startServer } from './embedded-site.ts';

const linux = { skip: process.platform !== 'linux' && 'NOT PROVEN HERE: reads /proc' };

const bindsToOwner = {
  skip:
    spawnSync('setpriv', ['--pdeathsig', 'INT', 'true']).status !== 0 &&
    'NOT PROVEN HERE: needs setpriv --pdeathsig (util-linux); the next start stops the orphan instead',
};

describe('a crash around the embedded PostgreSQL', { timeout: 120_000 }, () => {
  const site = scratch();
  after(() => site[Symbol.dispose]());

  it('of the server by kill −9 loses nothing that was committed', async () => {
    const server = await startServer({ dataDir: site.path, durable: true });
    await ask(server.told.url, 'CREATE TABLE kept (number integer)');
    await ask(server.told.url, 'INSERT INTO kept VALUES (1)');
    await server.kill();
    await using postgres = await startPostgres({ dataDir: site.path });
    assert.deepEqual(await ask(postgres.url, 'SELECT sum(number)::int AS sum FROM kept'), { sum: 1 });
  });

  it('of the server does not leave its database running', bindsToOwner, async () => {
    const server = await startServer({ dataDir: site.path });
    await server.kill();
    await gone(server.told.pid);
  });

  it('of PostgreSQL by kill −9 is followed by a restart under the same URL', async () => {
    await using postgres = await startPostgres({ dataDir: site.path });
    await ask(postgres.url, 'INSERT INTO kept VALUES (10)');
    const before = postgres.pid;
    const exit = nextExit(postgres);
    process.kill(before, 'SIGKILL');
    assert.deepEqual(await exit, { code: null, signal: 'SIGKILL', restarting: true });
    const sum = await eventually(() => ask(postgres.url, 'SELECT sum(number)::int AS sum FROM kept'));
    assert.deepEqual(sum, { sum: 11 });
    assert.notEqual(postgres.pid, before);
  });

  it('of PostgreSQL again and again ends the restarts, and says so', async () => {
    const clock = { now: () => 0 };
    await using postgres = await startPostgres({ dataDir: site.path, clock });
    const exits: PostgresExit[] = [];
    for (let round = 0; round < 6; round += 1) {
      await eventually(() => ask(postgres.url, 'SELECT 1'));
      const exit = nextExit(postgres);
      process.kill(postgres.pid, 'SIGKILL');
      exits.push(await exit);
    }
    assert.deepEqual(
      exits.map((exit) => exit.restarting),
      [true, true, true, true, true, false],
    );
    assert.equal(postgres.isRunning, false);
  });

  it('that orphaned a whole PostgreSQL has it stopped by the next start', linux, async () => {
    const orphan = await startOrphan(site.path);
    await using postgres = await startPostgres({ dataDir: site.path });
    assert.ok(!existsSync(`/proc/${orphan}/exe`));
    assert.deepEqual(await ask(postgres.url, 'SELECT sum(number)::int AS sum FROM kept'), { sum: 11 });
  });

  it(
    'that left a process id now worn by a stranger neither blocks the start nor harms it',
    linux,
    async () => {
      const cluster = join(site.path, 'postgres/cluster');
      const { uid, gid } = statSync(cluster);
      const stranger = spawn('sleep', ['600'], {
        stdio: 'ignore',
        ...(uid === process.geteuid?.() ? {} : { uid, gid }),
      });
      writeFileSync(
        join(cluster, 'postmaster.pid'),
        `${stranger.pid}\n${cluster}\n1\n5432\n\n\n0 0\nready\n`,
      );
      try {
        await using postgres = await startPostgres({ dataDir: site.path });
        assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
        assert.equal(stranger.exitCode ?? stranger.signalCode, null);
      } finally {
        stranger.kill();
      }
    },
  );

  it('is not needed: a server that just exits takes PostgreSQL with it', linux, async () => {
    const server = await startServer({ dataDir: site.path });
    server.process.stdin?.write('leave\n');
    await gone(server.told.pid);
    const control = readFileSync(join(site.path, 'postgres.owner'), 'utf8');
    assert.equal(Number(control), server.process.pid);
  });

  it('with a half-made cluster left behind starts anew', async () => {
    using fresh = scratch();
    const server = spawn(process.execPath, [join(import.meta.dirname, 'embedded-server.ts'), fresh.path], {
      stdio: 'ignore',
    });
    const ended = once(server, 'exit');
    await eventually(async () => assert.ok(halfMade(fresh.path).length > 0));
    server.kill('SIGKILL');
    await ended;
    assert.equal(halfMade(fresh.path).length, 1, 'it was killed while it made the cluster');
    await using postgres = await startPostgres({ dataDir: fresh.path });
    assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
  });
});

function halfMade(dataDir: string): string[] {
  return readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('cluster-'));
}

function nextExit(postgres: {
  onExit(listener: (exit: PostgresExit) => void): () => void;
}): Promise<PostgresExit> {
  return new Promise((resolve) => {
    const off = postgres.onExit((exit) => {
      off();
      resolve(exit);
    });
  });
}

/** What remains after kill −9 where the kernel cannot bind a child to its parent. */
async function startOrphan(dataDir: string): Promise<number> {
  const server = await startServer({ dataDir });
  const [program = '', ...args] = readFileSync(`/proc/${server.told.pid}/cmdline`, 'utf8').split('\0');
  const { uid, gid } = statSync(`/proc/${server.told.pid}`);
  const environment = Object.fromEntries(
    readFileSync(`/proc/${server.told.pid}/environ`, 'utf8')
      .split('\0')
      .filter((entry) => entry.includes('='))
      .map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  await server.stop();
  const orphan = spawn(program, args.slice(0, -1), {
    env: environment,
    cwd: '/',
    detached: true,
    stdio: 'ignore',
    ...(uid === process.geteuid?.() ? {} : { uid, gid }),
  });
  orphan.unref();
  await eventually(() => ask(server.told.url, 'SELECT 1'));
  assert.ok(orphan.pid);
  return orphan.pid;
}
