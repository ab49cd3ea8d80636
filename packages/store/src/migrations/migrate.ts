import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

/** What `migrate` needs of a connection: a `pg` Client or a checked-out PoolClient, not a pool. */
export type MigrationClient = Pick<pg.ClientBase, 'query'>;

/** The database's schema and this code do not fit; nothing was changed. */
export class SchemaMismatch extends Error {
  /** `changed`: an applied file was edited. `newer`: the database was migrated by newer code. */
  readonly kind: 'changed' | 'newer';

  constructor(kind: 'changed' | 'newer', message: string) {
    super(message);
    this.name = 'SchemaMismatch';
    this.kind = kind;
  }
}

/** One `NNNN-name.sql` file. */
export interface Migration {
  number: number;
  name: string;
  checksum: string;
  sql: string;
}

interface Applied {
  number: number;
  name: string;
  checksum: string;
}

const undefinedTable = '42P01';

/** Any constant will do, if nothing else uses it: "argu" and "sche" in ASCII. */
const lockKeys = '(1634886517, 1935894629)';

const createTable = `CREATE TABLE IF NOT EXISTS argus_migrations (
  number      integer PRIMARY KEY CHECK (number > 0),
  name        text NOT NULL UNIQUE,
  checksum    text NOT NULL CHECK (length(checksum) = 64),
  applied_at  timestamptz(3) NOT NULL DEFAULT now()
)`;

/**
 * Brings the database to this code's schema and gives the names of the migrations it applied (none when it was
 * current: one query). Each file runs in its own transaction; several servers may start at once, one migrates and
 * the others wait (at most a minute). Throws `SchemaMismatch` when an applied file was edited or the database
 * is newer than the code.
 */
export async function migrate(
  target: string | MigrationClient,
  folder: string = import.meta.dirname,
): Promise<string[]> {
  const files = readMigrations(folder);
  if (typeof target !== 'string') return await bringUp(target, files);
  const client = new pg.Client({ connectionString: target });
  await client.connect();
  try {
    return await bringUp(client, files);
  } finally {
    await client.end();
  }
}

/** The migrations of a folder in order; throws when their numbers do not run from 1 without a gap. */
export function readMigrations(folder: string = import.meta.dirname): Migration[] {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  return names.map((name, index) => {
    const number = Number(/^(\d{4})-[a-z0-9-]+\.sql$/.exec(name)?.[1]);
    if (number !== index + 1) throw new Error(`${join(folder, name)}: expected number ${index + 1}`);
    // A checkout with CRLF line ends holds the same migration.
    const sql = readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n');
    return { number, name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
  });
}

async function bringUp(client: MigrationClient, files: readonly Migration[]): Promise<string[]> {
  if (missing(files, await applied(client)).length === 0) return [];
  await client.query("SET lock_timeout = '60s'; SET statement_timeout = 0");
  try {
    await client.query(`SELECT pg_advisory_lock${lockKeys}`);
    try {
      return await applyMissing(client, files);
    } finally {
      await unlessGone(client.query(`SELECT pg_advisory_unlock${lockKeys}`));
    }
  } finally {
    await unlessGone(client.query('RESET lock_timeout; RESET statement_timeout'));
  }
}

async function applyMissing(client: MigrationClient, files: readonly Migration[]): Promise<string[]> {
  await client.query(createTable);
  // Another server may have migrated while this one waited.
  const wanted = missing(files, await applied(client));
  for (const file of wanted) await apply(client, file);
  return wanted.map((file) => file.name);
}

async function apply(client: MigrationClient, file: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(file.sql);
    await client.query('INSERT INTO argus_migrations (number, name, checksum) VALUES ($1, $2, $3)', [
      file.number,
      file.name,
      file.checksum,
    ]);
    await client.query('COMMIT');
  } catch (cause) {
    await unlessGone(client.query('ROLLBACK'));
    throw new Error(`Migration ${file.name} failed: ${String(cause)}`, { cause });
  }
}

/** Cleaning up fails when the connection is lost, which cleans up too; the first error is the one to tell. */
async function unlessGone(cleaning: Promise<unknown>): Promise<void> {
  await cleaning.catch(() => undefined);
}

async function applied(client: MigrationClient): Promise<Applied[]> {
  try {
    const text = 'SELECT number, name, checksum FROM argus_migrations ORDER BY number';
    return (await client.query<Applied>(text)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === undefinedTable) return [];
    throw error;
  }
}

/** The applied migrations must be the first of the files, unchanged; the rest is missing. */
function missing(files: readonly Migration[], before: readonly Applied[]): Migration[] {
  for (const [index, row] of before.entries()) {
    const file = files[index];
    if (file === undefined) {
      const message = `The database is newer than this Argus: it has the migration ${row.name}. Run the newer Argus.`;
      throw new SchemaMismatch('newer', message);
    }
    if (file.name !== row.name || file.checksum !== row.checksum) {
      const message = `Migration ${row.name} is applied in the database, but ${file.name} here is another text.`;
      throw new SchemaMismatch('changed', message);
    }
  }
  return files.slice(before.length);
}
