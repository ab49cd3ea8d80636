import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type MigrationClient, migrate, openStore, readMigrations } from '@argus/store';
import { startPostgres } from '@argus/store/embedded';

/** A database of one test file's own, with the current schema; dropped when disposed of. */
export interface TestDatabase extends AsyncDisposable {
  url: string;
}

/** A PostgreSQL for tests. */
export interface TestPostgres {
  /** Connects as a role that may create databases. */
  url: string;
  /** Stops it and removes its directory. */
  stop(): Promise<void>;
}

/** Any constant, if nothing else on the server uses it: one process at a time makes the template. */
const templateLock = 7_203_118_451;

type Admin = MigrationClient;

let ownServer: Promise<TestPostgres> | null = null;

/** Starts a throw-away PostgreSQL (no fsync) for a whole run of tests; pass its URL as `ARGUS_TEST_DATABASE`. */
export async function startTestPostgres(): Promise<TestPostgres> {
  const directory = mkdtempSync(join(tmpdir(), 'argus-test-'));
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  try {
    const server = await startPostgres({ dataDir: directory, durable: false });
    process.once('exit', remove);
    const stop = async () => {
      await server.stop();
      process.off('exit', remove);
      remove();
    };
    return { url: server.url, stop };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Gives a fresh database with the current schema, cloned from a template that is made once for each state of the
 * migrations. The server is `ARGUS_TEST_DATABASE`, else `DATABASE_URL` (its role must be allowed to create
 * databases), else a throw-away one of this process.
 */
export async function testDatabase(): Promise<TestDatabase> {
  const server = await serverUrl();
  const name = await asAdmin(server, async (admin) => {
    const template = await ensureTemplate(admin, server);
    const fresh = `argus_test_${await unusedName(admin)}`;
    await admin.query(`CREATE DATABASE ${fresh} TEMPLATE ${template}`);
    return fresh;
  });
  const drop = () =>
    asAdmin(server, (admin) =>
      // FORCE may not end the server's own vacuum, which is there by chance; dropping without it waits for that one.
      admin
        .query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
        .catch(() => admin.query(`DROP DATABASE IF EXISTS ${name}`)),
    );
  return {
    url: databaseUrl(server, name),
    [Symbol.asyncDispose]: async () => {
      await drop();
    },
  };
}

async function serverUrl(): Promise<string> {
  const given = process.env.ARGUS_TEST_DATABASE ?? process.env.DATABASE_URL;
  if (given !== undefined && given !== '') return given;
  ownServer ??= startOwn();
  return (await ownServer).url;
}

async function startOwn(): Promise<TestPostgres> {
  const server = await startTestPostgres();
  process.once('beforeExit', () => void server.stop());
  return server;
}

async function asAdmin<T>(server: string, work: (admin: Admin) => Promise<T>): Promise<T> {
  await using store = openStore({ url: server, size: 1 });
  // One connection throughout: the lock on the template belongs to it.
  const admin = await store.pool.connect();
  try {
    // Making a database waits for the disk, on a busy machine longer than a server's statements may.
    await admin.query('SET statement_timeout = 0');
    return await work(admin);
  } finally {
    admin.release();
  }
}

/** The template appears by rename, so a process that dies half-way leaves none that looks finished. */
async function ensureTemplate(admin: Admin, server: string): Promise<string> {
  const hash = createHash('sha256');
  for (const file of readMigrations()) hash.update(file.checksum);
  const template = `argus_template_${hash.digest('hex').slice(0, 16)}`;
  await admin.query('SELECT pg_advisory_lock($1)', [templateLock]);
  try {
    const found = await admin.query('SELECT FROM pg_database WHERE datname = $1', [template]);
    if (found.rowCount === 0) await makeTemplate(admin, server, template);
  } finally {
    await admin.query('SELECT pg_advisory_unlock($1)', [templateLock]);
  }
  return template;
}

async function makeTemplate(admin: Admin, server: string, template: string): Promise<void> {
  const unfinished = `${template}_unfinished`;
  await admin.query(`DROP DATABASE IF EXISTS ${unfinished} WITH (FORCE)`);
  await admin.query(`CREATE DATABASE ${unfinished}`);
  await migrate(databaseUrl(server, unfinished));
  // A database with a connection cannot be cloned.
  await admin.query(`ALTER DATABASE ${unfinished} ALLOW_CONNECTIONS false`);
  await admin.query(`ALTER DATABASE ${unfinished} RENAME TO ${template}`);
}

async function unusedName(admin: Admin): Promise<string> {
  const answer = await admin.query<{ name: string }>(
    "SELECT replace(gen_random_uuid()::text, '-', '') AS name",
  );
  const row = answer.rows[0];
  if (row === undefined) throw new Error('PostgreSQL gave no name');
  return row.name;
}

function databaseUrl(server: string, name: string): string {
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}
