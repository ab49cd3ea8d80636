import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { databaseTime, isAnybodyOlder, openStore } from '@argus/store';
import { type EmbeddedPostgres, startPostgres } from '@argus/store/embedded';
import pg from 'pg';
import { scratch } from './embedded-site.ts';

const site = scratch();
const dataDir = join(site.path, 'state');
let postgres: EmbeddedPostgres;
let pool: pg.Pool;

/** A server of its own: what is seen of others hangs on roles, which only its superuser makes. */
before(async () => {
  postgres = await startPostgres({ dataDir, durable: false });
  await postgres.stop();
  const rules = join(dataDir, 'postgres/cluster/pg_hba.conf');
  writeFileSync(rules, `local all postgres trust\n${readFileSync(rules, 'utf8')}`);
  postgres = await startPostgres({ dataDir, durable: false });
  pool = openStore({ url: postgres.url, size: 1 }).pool;
});
after(async () => {
  await pool.end();
  await postgres.stop();
  site[Symbol.dispose]();
});

async function connected(role = 'argus'): Promise<pg.Client & AsyncDisposable> {
  const url = role === 'argus' ? postgres.url : postgres.url.replace(/\/\/argus:[^@]*@/, `//${role}@`);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** Whether anybody but the one who asks may be older than this moment. */
const heard = async () => isAnybodyOlder(pool, await databaseTime(pool));

describe('somebody may still work by what was in force before', () => {
  test('when a transaction began before, and not when one began since or nobody does anything', async () => {
    await using working = await connected();
    assert.equal(await heard(), false);
    const before = await databaseTime(pool);
    await working.query('BEGIN');
    assert.equal(await heard(), true);
    assert.equal(await isAnybodyOlder(pool, before), false);
    await working.query('ROLLBACK');
    assert.equal(await heard(), false);
  });

  test('when another role is connected, of which nothing can be seen', async () => {
    await using working = await connected('postgres');
    await working.query('BEGIN');
    assert.equal(await heard(), true);
    await working.query('ROLLBACK');
    assert.equal(await heard(), true, 'whether it rests cannot be seen either');
  });

  test('and not when the role may see of all others that they rest', async () => {
    await using working = await connected('postgres');
    await working.query('GRANT pg_read_all_stats TO argus');
    assert.equal(await heard(), false);
    await using late = await connected('postgres');
    await late.query('BEGIN');
    assert.equal(await heard(), true);
    await working.query('REVOKE pg_read_all_stats FROM argus');
  });

  test('when a connection does not say what it does', async () => {
    await using silent = await connected('postgres');
    await silent.query('GRANT pg_read_all_stats TO argus');
    assert.equal(await heard(), false);
    await silent.query('SET track_activities = off');
    assert.equal(await heard(), true);
    await silent.query('REVOKE pg_read_all_stats FROM argus');
  });
});
