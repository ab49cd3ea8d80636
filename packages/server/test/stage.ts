import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import type { SessionId, TenantId, UserId } from '@argus/contract';
import { feedStates } from '@argus/store';
import { cheapPasswords } from '@argus/testing/parts';
import { startTestServer, type TestServer, type TestServerOptions } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';

export const password = 'correct horse battery staple';
export const ownOrigin = 'http://localhost:8100';
// A brand over text; the server's first tenant.
export const tenant = 'default' as TenantId;

/** A server whose hashes cost nothing. */
export function openStage(options: TestServerOptions = {}): Promise<TestServer> {
  return startTestServer({ ...options, parts: { passwords: cheapPasswords, ...options.parts } });
}

export interface Person {
  readonly browser: UserAgent;
  readonly email: string;
  readonly userId: UserId;
  readonly sessionId: SessionId;
}

let people = 0;

/** A new person who has just signed in. */
export async function someone(server: TestServer): Promise<Person> {
  people += 1;
  const email = `person-${people}@example.org`;
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email, password, name: `Person ${people}` } });
  return { email, browser, ...(await signIn(browser, email)) };
}

export async function signIn(
  browser: UserAgent,
  email: string,
): Promise<Pick<Person, 'userId' | 'sessionId'>> {
  const { status, body } = await browser.call('signIn', { body: { identifier: email, password } });
  if (status !== 200) throw new Error(`sign-in answered ${status}: ${JSON.stringify(body)}`);
  return { userId: body.user.id, sessionId: body.session.id };
}

/** A person with the role `admin`, signed in after getting it. */
export function administrator(server: TestServer): Promise<Person> {
  return someoneWith(server, ['admin']);
}

/** A person who signed in and then got these roles. */
export async function someoneWith(server: TestServer, roles: readonly string[]): Promise<Person> {
  const person = await someone(server);
  const { pool } = server.argus.services.store;
  await pool.query('UPDATE users SET roles = $2 WHERE id = $1', [person.userId, roles]);
  return person;
}

/** Until a statement is seen to wait for what another transaction holds. */
export async function somebodyWaits({ argus }: TestServer): Promise<void> {
  const waiting = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  for (let look = 0; look < 10_000; look += 1)
    if ((await argus.services.store.pool.query(waiting)).rowCount) return;
  throw new Error('nobody ever waited');
}

export function refresh(browser: UserAgent, idleSeconds?: number) {
  return browser.call('refreshSession', { body: idleSeconds === undefined ? {} : { idleSeconds } });
}

export async function operatorKey(server: TestServer): Promise<string> {
  return (await readFile(server.operatorKeyFile, 'utf8')).trim();
}

export async function withKey(server: TestServer): Promise<Readonly<Record<string, string>>> {
  return { authorization: `Bearer ${await operatorKey(server)}` };
}

/** The tables that hold state; the audit log, which tells of refusals too, only when asked for. */
export async function holdings(server: TestServer, isWithAudit = true): Promise<Record<string, string>> {
  const { pool } = server.argus.services.store;
  await allTold(server);
  const { rows: tables } = await pool.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
  );
  const held: Record<string, string> = {};
  for (const { name } of tables) {
    if (name === 'audit_events' && !isWithAudit) continue;
    const { rows } = await pool.query<{ all: string | null }>(
      `SELECT string_agg(t::text, E'\\n' ORDER BY t::text) AS "all" FROM ${name} t`,
    );
    held[name] = createHash('sha256')
      .update(rows[0]?.all ?? '')
      .digest('hex');
  }
  return held;
}

/** The same of one tenant, with the audit log. */
export async function holdingsOf(server: TestServer, tenantId: TenantId): Promise<Record<string, string>> {
  const { pool } = server.argus.services.store;
  await allTold(server);
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'public' AND column_name = 'tenant_id' ORDER BY 1`,
  );
  const held: Record<string, string> = {};
  for (const { name } of tables) {
    const { rows } = await pool.query<{ all: string | null }>(
      `SELECT string_agg(t::text, E'\\n' ORDER BY t::text) AS "all" FROM ${name} t WHERE tenant_id = $1`,
      [tenantId],
    );
    held[name] = rows[0]?.all ?? '';
  }
  return held;
}

/** What happened before gets its number in the feed a moment later; that is no change of what a test looks at. */
async function allTold({ argus }: TestServer): Promise<void> {
  const { feed, store } = argus.services;
  for (const { tenant, hasPending } of await feedStates(store.pool))
    if (hasPending) await feed.settle(tenant);
}

export interface Exact {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Buffer;
}

export interface Exactly {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Just this request, with no header that it does not name but `Host` and the length. */
export function exactly({ url }: Pick<TestServer, 'url'>, exact: Exact): Promise<Exactly> {
  const { promise, resolve, reject } = Promise.withResolvers<Exactly>();
  const { hostname, port } = new URL(url);
  const { method, path } = exact;
  const headers = Object.entries(exact.headers ?? {}).map(([name, value]) => [name, value] as const);
  const asked = request(
    {
      hostname,
      port,
      method,
      path,
      headers: {
        // What a list holds goes out as one line for each.
        ...Object.fromEntries(
          headers.map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]),
        ),
        ...(exact.body === undefined ? {} : { 'content-length': Buffer.byteLength(exact.body) }),
      },
    },
    (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          text: Buffer.concat(parts).toString('utf8'),
        }),
      );
    },
  );
  asked.on('error', reject);
  asked.end(exact.body);
  return promise;
}

/** The cookies of a browser as one header. */
export function cookieHeader({ cookies }: UserAgent): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Send bytes as they are and read until the server closes; `isCut` hangs up our half when they are out. */
export function raw(
  { url }: Pick<TestServer, 'url'>,
  bytes: string | Buffer,
  isCut = false,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const { hostname, port } = new URL(url);
  const parts: Buffer[] = [];
  const done = () => resolve(Buffer.concat(parts).toString('latin1'));
  const socket = connect({ host: hostname, port: Number(port) }, () =>
    isCut ? socket.end(bytes) : socket.write(bytes),
  );
  socket.on('data', (part: Buffer) => parts.push(part));
  // A server that hangs up on what it will not read is an answer as well.
  socket.on('error', (error: NodeJS.ErrnoException) =>
    error.code === 'ECONNRESET' || error.code === 'EPIPE' ? done() : reject(error),
  );
  socket.setTimeout(20_000, () => socket.destroy(new Error('the server neither answered nor hung up')));
  socket.on('close', done);
  return promise;
}
