import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { auditEvents } from '@argus/store';
import { startTestServer, type TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { hash as bcryptOf } from '@node-rs/bcrypt';
import { password, withKey } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server[Symbol.asyncDispose]());

async function apply(...users: readonly Record<string, unknown>[]) {
  return userAgent(server).call('adminApply', { body: { users }, headers: await withKey(server) });
}

const signIn = async (identifier: string, typed = password) =>
  (await userAgent(server).call('signIn', { body: { identifier, password: typed } })).status;

async function stored(email: string) {
  const { rows } = await server.argus.services.store.pool.query<{ phc: string; changed_at: Date }>(
    'SELECT phc, changed_at FROM passwords JOIN users u ON u.id = user_id WHERE u.email = $1',
    [email],
  );
  return rows[0];
}

async function rehashed(): Promise<number> {
  const ask = { type: 'user.password-rehashed', limit: 100 } as const;
  return (await auditEvents(server.argus.services.store.pool, 'default' as TenantId, ask)).items.length;
}

test('who was brought along with a hash signs in by the old password, and has a hash of ours from then on', async () => {
  const email = 'ada@example.org';
  const passwordHash = await bcryptOf(password, { cost: 4 });
  const applied = await apply({ email, passwordHash });
  assert.deepEqual(applied.body.changes, [{ kind: 'create', what: 'user', name: email }]);
  const before = await stored(email);
  assert.equal(before?.phc, passwordHash);
  assert.equal(await signIn(email, 'another sentence altogether'), 401);
  assert.equal((await stored(email))?.phc, passwordHash);
  server.clock.advance(3_600_000);
  assert.equal(await signIn(email), 200);
  const after = await stored(email);
  assert.match(after?.phc ?? '', /^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  assert.deepEqual(after?.changed_at, before?.changed_at);
  assert.equal(await rehashed(), 1);
  assert.equal(await signIn(email), 200);
  assert.equal((await stored(email))?.phc, after?.phc);
  assert.equal(await rehashed(), 1);
});

test('many who sign in at once with one old hash all come in, and one of them replaces it', async () => {
  const email = 'grace@example.org';
  await apply({ email, passwordHash: await bcryptOf(password, { cost: 4 }) });
  const before = await rehashed();
  const statuses = await Promise.all(Array.from({ length: 6 }, () => signIn(email)));
  assert.deepEqual(statuses, [200, 200, 200, 200, 200, 200]);
  assert.equal(await rehashed(), before + 1);
});

test('an Argon2id hash of lower cost is raised at the next sign-in', async () => {
  const email = 'joan@example.org';
  await apply({ email, password });
  const { pool } = server.argus.services.store;
  const { hash } = await import('@node-rs/argon2');
  const cheap = await hash(password, { memoryCost: 64, timeCost: 1 });
  await pool.query('UPDATE passwords SET phc = $1 FROM users u WHERE u.id = user_id AND u.email = $2', [
    cheap,
    email,
  ]);
  assert.equal(await signIn(email), 200);
  assert.match((await stored(email))?.phc ?? '', /m=19456,t=2/);
});

test('a hash that cannot be used is told with its place, and nothing of the document is applied', async () => {
  const document = [
    { email: 'one@example.org', passwordHash: await bcryptOf(password, { cost: 4 }) },
    { email: 'two@example.org', passwordHash: '$1$abcdefgh$irWbblnpmw.5z7wgBnprh0' },
    {
      email: 'three@example.org',
      passwordHash: '$2b$31$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK',
    },
    { email: 'four@example.org', password, passwordHash: await bcryptOf(password, { cost: 4 }) },
    { email: 'five@example.org', password: 'aaaaaaaaaaaaaaa' },
  ];
  const { status, body } = await apply(...document);
  assert.equal(status, 400);
  assert.deepEqual(body.errors, [
    { path: 'users.1.passwordHash', message: 'is of no kind that is understood' },
    { path: 'users.2.passwordHash', message: 'would cost more memory or time than a sign-in may' },
    { path: 'users.3.passwordHash', message: 'cannot stand beside a password' },
    { path: 'users.4.password', message: 'password_common' },
  ]);
  assert.equal(await stored('one@example.org'), undefined);
});

test('a hash holds at creation only: what the person chose since stays', async () => {
  const email = 'mary@example.org';
  await apply({ email, password });
  const before = await stored(email);
  const again = await apply({ email, passwordHash: await bcryptOf('quite another sentence', { cost: 4 }) });
  assert.deepEqual(again.body, { changes: [], unchanged: 1 });
  assert.equal((await stored(email))?.phc, before?.phc);
});
