import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { linkByHash, migrate, openStore, type Store, tokenFacts, userFacts } from '@argus/store';
import { type TestDatabase, testDatabase } from '@argus/testing/database';
import pg from 'pg';
import { authenticatorChanges, furnish } from './authenticator-stage.ts';
import { tokenHashOf } from './change-cases.ts';
import { scratch } from './embedded-site.ts';
import { codeOf, oauthChanges } from './oauth-stage.ts';
import { at, eventOf, home, idOf, type Person, personOf, rotationOf, signUpChanges } from './stage.ts';

const folder = join(import.meta.dirname, '../src/migrations');
const person = personOf(home, 1);
let database: TestDatabase;
let store: Store;

const time = (ms: number) => new Date(ms).toISOString();

/** A person who is signed in, as the first schema kept one. */
async function fillFirst({ user, device, session, grant, phc }: Person): Promise<void> {
  const rows: [table: string, row: Record<string, unknown>][] = [
    [
      'users',
      { id: user.id, email: user.email, name: user.name, roles: [], status: 'active', created_at: time(at) },
    ],
    ['passwords', { user_id: user.id, phc, changed_at: time(at) }],
    [
      'devices',
      {
        id: device.id,
        user_id: user.id,
        secret_hash: device.secretHash,
        user_agent: device.userAgent,
        first_seen_at: time(at),
        last_seen_at: time(at),
      },
    ],
    [
      'sessions',
      {
        id: session.id,
        user_id: user.id,
        device_id: device.id,
        state: 'active',
        amr: session.amr,
        acr: session.acr,
        authenticated_at: time(at),
        created_at: time(at),
        last_active_at: time(at),
        idle_expires_at: time(session.idleExpiresAt),
        absolute_expires_at: time(session.absoluteExpiresAt),
        ip: session.ip,
        user_agent: session.userAgent,
      },
    ],
    [
      'grants',
      {
        id: grant.id,
        session_id: session.id,
        client_id: grant.clientId,
        status: 'active',
        generation: 1,
        secret: grant.secret,
        created_at: time(at),
        rotated_at: time(at),
        expires_at: time(grant.expiresAt),
        rotated_ip: grant.rotatedIp,
        rotated_user_agent: grant.rotatedUserAgent,
      },
    ],
    ['links', { ...linkRow(1), kind: 'first-administrator', user_id: null }],
    ['links', { ...linkRow(2), kind: 'invitation', user_id: user.id }],
    ['links', { ...linkRow(3), kind: 'invitation', user_id: user.id, consumed_at: time(at) }],
    [
      'audit_events',
      { id: eventOf().id, at: time(at), type: 'sign-in.succeeded', actor: 'user', user_id: user.id },
    ],
  ];
  for (const [table, row] of rows) {
    const columns = ['tenant_id', ...Object.keys(row)];
    await store.pool.query(
      `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map((_, place) => `$${place + 1}`).join(', ')})`,
      [home, ...Object.values(row)],
    );
  }
}

/** A link of the first schema, by which it is found. */
function linkRow(number: number) {
  const [id, token_hash] = [idOf(7, number), tokenHashOf(home, number)];
  return { id, token_hash, created_at: time(at), expires_at: time(at + 60_000) };
}

before(async () => {
  database = await testDatabase();
  store = openStore({ url: database.url });
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
  const site = scratch();
  cpSync(join(folder, '0001-foundation.sql'), join(site.path, '0001-foundation.sql'));
  await migrate(client, site.path);
  await fillFirst(person);
  await migrate(client, folder);
  await client.end();
  site[Symbol.dispose]();
});
after(async () => {
  await store.close();
  await database[Symbol.asyncDispose]();
});

test('a session that was there before has the grant it had, for no resource and bound to no key', async () => {
  const facts = await store.refreshFacts({ tenant: home, grantId: person.grant.id });
  assert.deepEqual(facts?.grant, { ...person.grant, resources: [], jkt: null });
  assert.deepEqual(facts?.session, person.session);
  const { isTokenEnded } = await tokenFacts(store.pool, home, { grantId: person.grant.id, jti: 'any' });
  assert.equal(isTokenEnded, false);
});

test('it rotates, and clients come to it', async () => {
  assert.equal(await store.rotate(rotationOf(person)), true);
  const changes = oauthChanges(person, 1).filter(({ kind }) => kind !== 'hold-user' && kind !== 'see-device');
  const written = await store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
  const { codeHash, clientId, sessionId, grantId: id } = codeOf(person, 1);
  const grant = { ...person.grant, id, clientId, sessionId };
  const redeemed = await store.commit({
    tenant: home,
    changes: [
      { kind: 'redeem-code', codeHash, clientId, at: at + 1000 },
      { kind: 'create-grant', grant },
    ],
    events: [],
  });
  assert.ok(redeemed.isCommitted);
});

test('an account has no authenticator but its password, and an address that nobody verified', async () => {
  const facts = await userFacts(store.pool, home, { userId: person.user.id, secretHash: null });
  assert.deepEqual(facts, {
    user: person.user,
    phc: person.phc,
    device: null,
    enrolled: { hasPassword: true, hasTotp: false, passkeys: 0, recoveryCodes: 0 },
  });
});

test('links that were sent before are good as they were, and work once', async () => {
  const use = async (number: number) => {
    const tokenHash = tokenHashOf(home, number);
    const change = { kind: 'use-link', tokenHash, at: at + 1000 } as const;
    return (await store.commit({ tenant: home, changes: [change], events: [] })).isCommitted;
  };
  const kinds = await Promise.all(
    [1, 2, 3].map(async (number) => {
      const link = (await linkByHash(store.pool, home, tokenHashOf(home, number)))?.link;
      return [link?.kind, link?.userId, link?.details, link?.consumedAt];
    }),
  );
  assert.deepEqual(kinds, [
    ['first-administrator', null, {}, null],
    ['invitation', person.user.id, {}, null],
    ['invitation', person.user.id, {}, at],
  ]);
  assert.deepEqual([await use(1), await use(2), await use(3)], [true, true, false]);
  assert.deepEqual([await use(1), await use(2)], [false, false]);
});

test('a link for nobody is the first administrator’s alone, as before', async () => {
  const row = { ...linkRow(9), kind: 'reset-password', user_id: null };
  const { id, token_hash, created_at, expires_at, kind, user_id } = row;
  await assert.rejects(
    store.pool.query(
      `INSERT INTO links (tenant_id, id, token_hash, kind, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [home, id, token_hash, kind, user_id, created_at, expires_at],
    ),
    { code: '23514' },
  );
});

test('whoever was there before sets up authenticators', async () => {
  const changes = authenticatorChanges(person, 1);
  assert.ok((await store.commit({ tenant: home, changes, events: [] })).isCommitted);
});

test('it ends with all that was added to it', async () => {
  const by = { actor: 'user' };
  const { id: sessionId } = person.session;
  await store.commit({
    tenant: home,
    changes: [{ kind: 'end-session', sessionId, reason: 'signed-out', at, by }],
    events: [],
  });
  const { rowCount } = await store.pool.query("SELECT FROM grants WHERE status = 'active'");
  assert.equal(rowCount, 0);
});

test('the audit log is append-only as before', async () => {
  const { rowCount } = await store.pool.query("SELECT FROM audit_events WHERE type = 'sign-in.succeeded'");
  assert.ok(rowCount);
  await assert.rejects(store.pool.query('DELETE FROM audit_events'), { code: '23001' });
});

test('whoever comes new has all that there is now', async () => {
  await furnish(store, home, 2);
  const again = await store.commit({ tenant: home, changes: signUpChanges(personOf(home, 2)), events: [] });
  assert.deepEqual(again, { isCommitted: false, lost: 'create-user' });
});
