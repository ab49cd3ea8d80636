import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { migrate, openStore, type Store, tokenFacts } from '@argus/store';
import { type TestDatabase, testDatabase } from '@argus/testing/database';
import pg from 'pg';
import { scratch } from './embedded-site.ts';
import { codeOf, furnish, oauthChanges } from './oauth-stage.ts';
import { at, eventOf, home, type Person, personOf, rotationOf, signUpChanges } from './stage.ts';

const folder = join(import.meta.dirname, '../src/migrations');
const person = personOf(home, 1);
let database: TestDatabase;
let store: Store;

/** A person who is signed in, as the first schema kept one. */
async function fillFirst({ user, device, session, grant, phc }: Person): Promise<void> {
  const time = (ms: number) => new Date(ms).toISOString();
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
