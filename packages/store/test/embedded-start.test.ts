import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { type EmbeddedPostgres, startPostgres } from '../src/embedded/postgres-process.ts';
import { ask, scratch } from './embedded-site.ts';

describe('a fresh embedded PostgreSQL', { timeout: 60_000 }, () => {
  const site = scratch();
  const dataDir = join(site.path, 'state');
  let postgres: EmbeddedPostgres;
  before(async () => {
    postgres = await startPostgres({ dataDir });
  });
  after(async () => {
    await postgres.stop();
    site[Symbol.dispose]();
  });

  it('answers as the owner of its database, who is no superuser', async () => {
    const row = await ask(
      postgres.url,
      `SELECT current_user AS role, current_database() AS database, rolsuper AS super,
         pg_get_userbyid(datdba) AS owner
       FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
    );
    assert.deepEqual(row, { role: 'argus', database: 'argus', super: false, owner: 'argus' });
  });

  it('writes durably, in UTC and UTF-8, without JIT', async () => {
    const names = ['fsync', 'full_page_writes', 'synchronous_commit', 'TimeZone', 'server_encoding', 'jit'];
    const columns = names.map((name) => `current_setting('${name}') AS "${name}"`).join(', ');
    assert.deepEqual(await ask(postgres.url, `SELECT ${columns}`), {
      fsync: 'on',
      full_page_writes: 'on',
      synchronous_commit: 'on',
      TimeZone: 'UTC',
      server_encoding: 'UTF8',
      jit: 'off',
    });
  });

  it('keeps its password in a file that only the owner reads', () => {
    const file = join(dataDir, 'postgres.password');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(readFileSync(file, 'utf8').trim(), new URL(postgres.url).password);
  });

  it('refuses a wrong password and any other role', async () => {
    const wrong = postgres.url.replace(/:[^:@]+@/, ':wrong@');
    await assert.rejects(ask(wrong, 'SELECT 1'), /password authentication failed/);
    const superuser = postgres.url.replace('//argus:', '//postgres:');
    await assert.rejects(ask(superuser, 'SELECT 1'), /password authentication failed/);
  });

  it('stores its passwords as SCRAM verifiers', () => {
    const rules = readFileSync(join(dataDir, 'postgres/cluster/pg_hba.conf'), 'utf8')
      .split('\n')
      .filter((line) => /^\w/.test(line));
    assert.ok(rules.length > 0);
    for (const rule of rules) assert.match(rule, /scram-sha-256$/);
  });

  it('keeps cluster and socket directory closed to everyone but its own user', () => {
    const cluster = statSync(join(dataDir, 'postgres/cluster'));
    const socket = statSync(decodeURIComponent(new URL(postgres.url).hostname));
    assert.deepEqual([cluster.mode & 0o777, socket.mode & 0o777], [0o700, 0o700]);
    assert.equal(socket.uid, cluster.uid);
  });

  it('listens on no TCP port', { skip: process.platform !== 'linux' && 'reads /proc' }, () => {
    const listening = new Set<string>();
    for (const table of ['tcp', 'tcp6']) {
      for (const line of readFileSync(`/proc/${postgres.pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
        const inode = line.trim().split(/\s+/)[9];
        if (inode !== undefined) listening.add(`socket:[${inode}]`);
      }
    }
    const open = openFiles(postgres.pid);
    assert.ok(
      open.some((file) => file.startsWith('socket:')),
      'its unix socket is visible to this test',
    );
    assert.deepEqual(
      open.filter((file) => listening.has(file)),
      [],
    );
  });

  it('runs in a session of its own, out of reach of the terminal', {
    skip: process.platform !== 'linux' && 'reads /proc',
  }, () => {
    const fields = readFileSync(`/proc/${postgres.pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    assert.equal(Number(fields[3]), postgres.pid);
  });
});

function openFiles(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
}

describe('a second start', { timeout: 60_000 }, () => {
  const site = scratch();
  after(() => site[Symbol.dispose]());

  it('finds what the first one wrote, under the same URL', async () => {
    const first = await startPostgres({ durable: false, dataDir: site.path });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS number');
    await first.stop();
    await using second = await startPostgres({ durable: false, dataDir: site.path });
    assert.equal(second.url, first.url);
    assert.deepEqual(await ask(second.url, 'SELECT number FROM kept'), { number: 7 });
  });

  it('gives a new password and keeps the database when the password file is lost', async () => {
    const old = readFileSync(join(site.path, 'postgres.password'), 'utf8').trim();
    rmSync(join(site.path, 'postgres.password'));
    await using postgres = await startPostgres({ durable: false, dataDir: site.path });
    assert.deepEqual(await ask(postgres.url, 'SELECT number FROM kept'), { number: 7 });
    await assert.rejects(
      ask(postgres.url.replace(/:[^:@]+@/, `:${old}@`), 'SELECT 1'),
      /authentication failed/,
    );
  });
});

describe('an awkward data directory', { timeout: 60_000 }, () => {
  const site = scratch();
  after(() => site[Symbol.dispose]());

  it('may be too long for a unix socket, which then lies elsewhere and is removed at the stop', async () => {
    const postgres = await startPostgres({
      durable: false,
      dataDir: join(site.path, 'a'.repeat(60), 'b'.repeat(60)),
    });
    const socket = decodeURIComponent(new URL(postgres.url).hostname);
    assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
    assert.equal(statSync(socket).mode & 0o777, 0o700);
    await postgres.stop();
    assert.ok(!readdirSync(dirname(socket)).includes(socket.slice(dirname(socket).length + 1)));
  });

  it('may have spaces, quotes, commas and letters beyond ASCII in its name', async () => {
    await using postgres = await startPostgres({
      durable: false,
      dataDir: join(site.path, `o'dd, "näme" %41`),
    });
    assert.deepEqual(await ask(postgres.url, 'SELECT 1 AS one'), { one: 1 });
  });
});
