import pg from 'pg';

export type Pool = pg.Pool;
export type Client = pg.PoolClient;

const timestamptz = 1184;
const int8 = 20;

export interface PoolOptions {
  readonly url: string;
  /** Connections at most. */
  readonly size?: number;
  /** Told about errors of idle connections (the database went away); the pool itself reconnects. */
  readonly onIdleError?: (error: Error) => void;
}

/** A pool whose instants are epoch milliseconds and whose counts are numbers. */
export function openPool({ url, size = 10, onIdleError }: PoolOptions): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    connectionTimeoutMillis: 5_000,
    // Ten seconds bound every statement: a stuck lock becomes an error, never a pile of waiting requests.
    options: '-c timezone=UTC -c statement_timeout=10000 -c idle_in_transaction_session_timeout=10000',
    types: { getTypeParser: parserOf as typeof pg.types.getTypeParser },
  });
  // While the pool closes, a database that stops at the same time may end a connection first: nothing is lost.
  // A connection that is lost between two statements of a commit says so by an event that nobody else hears, and an
  // unheard one ends the process. The statement that comes next fails by itself.
  pool.on('connect', (client) => client.on('error', () => undefined));
  pool.on('error', (error) => void (pool.ending || onIdleError?.(error)));
  return pool;
}

function parserOf(oid: number, format?: 'text' | 'binary'): unknown {
  if (format !== 'binary' && oid === timestamptz) return Date.parse;
  if (format !== 'binary' && oid === int8) return Number;
  return pg.types.getTypeParser(oid, format);
}

/** An instant as PostgreSQL reads it. */
export function timestamp(at: number): string;
export function timestamp(at: number | null): string | null;
export function timestamp(at: number | null): string | null {
  return at === null ? null : new Date(at).toISOString();
}
