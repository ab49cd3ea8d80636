import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { type TestDatabase, testDatabase } from '@argus/testing/database';
import pg from 'pg';
import { migrate } from '../src/migrations/migrate.ts';
import { scratch } from './embedded-site.ts';

const FIRST = 'CREATE TABLE first (number integer); INSERT INTO first VALUES (1);';
const SECOND = 'ALTER TABLE first ADD COLUMN name text;';

describe('migrations', { timeout: 60_000 }, () => {
  const site = scratch();
  let folder = '';
  let database: TestDatabase;
  let client: pg.Client;
  let round = 0;

  before(async () => {
    database = await testDatabase();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
  });
  beforeEach(async () => {
    await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    round += 1;
    folder = join(site.path, String(round));
    mkdirSync(folder);
    put('0001-first.sql', FIRST);
    put('0002-second.sql', SECOND);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  after(async () => {
    await client.end();
    await database[Symbol.asyncDispose]();
    site[Symbol.dispose]();
  });

  const put = (name: string, sql: string) => writeFileSync(join(folder, name), sql);
  const names = async () => {
    const answer = await client.query<{ name: string }>('SELECT name FROM argus_migrations ORDER BY number');
    return answer.rows.map((row) => row.name);
  };

  it('run in the order of their numbers, each once', async () => {
    assert.deepEqual(await migrate(database.url, folder), ['0001-first.sql', '0002-second.sql']);
    assert.deepEqual(await migrate(database.url, folder), []);
    assert.deepEqual((await client.query('SELECT * FROM first')).rows, [{ number: 1, name: null }]);
  });

  it('ask a current database one question', async () => {
    await migrate(client, folder);
    const asked: unknown[] = [];
    const counting = {
      query: (...args: unknown[]) => {
        asked.push(args[0]);
        // Only counts; the types are the client's.
        return Reflect.apply(client.query, client, args);
      },
    } as unknown as pg.Client;
    assert.deepEqual(await migrate(counting, folder), []);
    assert.equal(asked.length, 1);
  });

  it('add what is missing', async () => {
    await migrate(client, folder);
    put('0003-third.sql', 'CREATE TABLE third ()');
    assert.deepEqual(await migrate(client, folder), ['0003-third.sql']);
  });

  it('refuse an applied file whose text was changed', async () => {
    await migrate(client, folder);
    put('0001-first.sql', `${FIRST} -- edited`);
    await assert.rejects(migrate(client, folder), {
      name: 'SchemaMismatch',
      kind: 'changed',
      message: /0001-first/,
    });
  });

  it('take a checkout with CRLF line ends for the same text', async () => {
    put('0002-second.sql', `-- note\n${SECOND}\n`);
    await migrate(client, folder);
    put('0002-second.sql', `-- note\r\n${SECOND}\r\n`);
    assert.deepEqual(await migrate(client, folder), []);
  });

  it('refuse a database that newer code has migrated, and leave it as it is', async () => {
    await migrate(client, folder);
    rmSync(join(folder, '0002-second.sql'));
    await assert.rejects(migrate(client, folder), {
      name: 'SchemaMismatch',
      kind: 'newer',
      message: /0002-second/,
    });
    assert.deepEqual(await names(), ['0001-first.sql', '0002-second.sql']);
  });

  it('undo the whole of a failing file, keep the ones before it, and go on once it is mended', async () => {
    put('0002-second.sql', 'CREATE TABLE half (); SELECT 1/0;');
    await assert.rejects(migrate(client, folder), /0002-second\.sql failed: .*division by zero/);
    assert.deepEqual(await names(), ['0001-first.sql']);
    assert.equal((await client.query("SELECT to_regclass('half') AS half")).rows[0].half, null);
    put('0002-second.sql', SECOND);
    assert.deepEqual(await migrate(database.url, folder), ['0002-second.sql']);
  });

  it('run once when eight servers start together', async () => {
    put('0002-second.sql', `${SECOND} SELECT pg_sleep(0.1);`);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => migrate(database.url, folder)));
    assert.deepEqual(outcomes.flat(), ['0001-first.sql', '0002-second.sql']);
  });

  it('must be numbered without a gap', async () => {
    put('0004-fourth.sql', 'SELECT 1');
    await assert.rejects(migrate(client, folder), /0004-fourth\.sql: expected number 3/);
  });

  it('leave the limits of a connection as its pool set them', async () => {
    const options = '-c statement_timeout=7s -c lock_timeout=3s';
    const limited = new pg.Client({ connectionString: database.url, options });
    await limited.connect();
    await migrate(limited, folder);
    const limits = "SELECT current_setting('statement_timeout') AS s, current_setting('lock_timeout') AS l";
    const answer = await limited.query(limits);
    await limited.end();
    assert.deepEqual(answer.rows, [{ s: '7s', l: '3s' }]);
  });
});
