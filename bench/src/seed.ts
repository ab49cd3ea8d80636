import { createHash } from 'node:crypto';
import { hash } from '@node-rs/argon2';
import pg from 'pg';

/** How seeded rows are named, so that the load generator can make tokens for them without asking. */
export interface Seeded {
  readonly count: number;
  grantId(n: number): string;
  sessionId(n: number): string;
  userId(n: number): string;
  grantSecret(n: number): Buffer;
}

const perUser = 5;

/** Fill the tables with `count` live sessions, five a user, spread like real ones: one device and one grant each. */
export async function seedSessions(
  url: string,
  seed: { count: number; deviceSecretHash: Uint8Array; now: number },
): Promise<Seeded> {
  const client = new pg.Client({ connectionString: url, statement_timeout: 0 });
  await client.connect();
  try {
    await client.query("SET TIME ZONE 'UTC'; SET synchronous_commit = off");
    const users = Math.ceil(seed.count / perUser);
    await client.query(usersSql, [users, new Date(seed.now).toISOString()]);
    await client.query(devicesSql, [
      users,
      seed.deviceSecretHash,
      new Date(seed.now).toISOString(),
      userAgent,
    ]);
    const step = 100_000;
    for (let from = 0; from < seed.count; from += step) {
      const to = Math.min(seed.count, from + step) - 1;
      await client.query(sessionsSql, [from, to, new Date(seed.now).toISOString(), userAgent]);
      await client.query(grantsSql, [from, to, new Date(seed.now).toISOString(), userAgent]);
    }
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
  return {
    count: seed.count,
    grantId: (n) => idOf('c', n),
    sessionId: (n) => idOf('b', n),
    userId: (n) => idOf('a', Math.floor(n / perUser)),
    grantSecret: (n) => createHash('sha256').update(idOf('c', n)).digest(),
  };
}

/** Give the first seeded people a password, all the same one under one hash. */
export async function givePasswords(url: string, of: { password: string; people: number }): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const phc = await hash(of.password, { memoryCost: 19_456, timeCost: 2, parallelism: 1 });
    await client.query(passwordsSql, [of.people, phc, new Date().toISOString()]);
  } finally {
    await client.end();
  }
}

export const userAgent =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36';

/** Looks like a UUIDv7; the kind is in its last group. */
function idOf(kind: string, n: number): string {
  return `01900000-${n.toString(16).padStart(8, '0').slice(0, 4)}-7${n.toString(16).padStart(8, '0').slice(4, 7)}-8000-${kind}${n.toString(16).padStart(11, '0')}`;
}

const id = (kind: string, n: string) =>
  `('01900000-' || substr(lpad(to_hex(${n}), 8, '0'), 1, 4) || '-7' || substr(lpad(to_hex(${n}), 8, '0'), 5, 3) || '-8000-${kind}' || lpad(to_hex(${n}), 11, '0'))::uuid`;

const usersSql = `
  INSERT INTO users (tenant_id, id, email, roles, status, created_at)
  SELECT 'default', ${id('a', 'n')}, 'user' || n || '@bench.example', '{}', 'active', $2 FROM generate_series(0, $1::int - 1) n`;

const devicesSql = `
  INSERT INTO devices (tenant_id, id, user_id, secret_hash, user_agent, first_seen_at, last_seen_at)
  SELECT 'default', ${id('d', 'n')}, ${id('a', 'n')}, $2, $4, $3, $3 FROM generate_series(0, $1::int - 1) n`;

const sessionsSql = `
  INSERT INTO sessions (tenant_id, id, user_id, device_id, state, amr, acr, authenticated_at, created_at, last_active_at,
    idle_expires_at, absolute_expires_at, ip, user_agent)
  SELECT 'default', ${id('b', 'n')}, ${id('a', 'n / 5')}, ${id('d', 'n / 5')}, 'active', '{pwd}', 'urn:argus:aal1', t, t, t,
    t + interval '6 hours', t + interval '12 hours', '127.0.0.1', $4
  FROM generate_series($1::int, $2::int) n, (SELECT $3::timestamptz AS t) x`;

const grantsSql = `
  INSERT INTO grants (tenant_id, id, session_id, client_id, status, generation, secret, created_at, rotated_at, expires_at,
    rotated_ip, rotated_user_agent)
  SELECT 'default', ${id('c', 'n')}, ${id('b', 'n')}, 'argus', 'active', 1, sha256(${id('c', 'n')}::text::bytea), t, t,
    t + interval '6 hours', '127.0.0.1', $4
  FROM generate_series($1::int, $2::int) n, (SELECT $3::timestamptz AS t) x`;

const passwordsSql = `
  INSERT INTO passwords (tenant_id, user_id, phc, changed_at)
  SELECT 'default', ${id('a', 'n')}, $2, $3 FROM generate_series(0, $1::int - 1) n`;
