import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { told } from './admin-stage.ts';
import { type PolicyDesk, placesOf, policyDesk } from './policy-stage.ts';
import { administrator, openStage, type Person, password, somebodyWaits, someoneWith } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
let owner: Person;
let admin: Person;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
  owner = await someoneWith(server, ['owner']);
  admin = await administrator(server);
});
after(() => server[Symbol.asyncDispose]());

const set = ({ browser }: Person, body: object) =>
  browser.call('adminSetPolicy', { headers: { 'if-match': '*' }, body });
const ofOwners = { when: { role: 'owner' }, set: { session: { idleMinutes: 10 } } };

describe('an administrator who is no owner', () => {
  test('sets what holds for everybody', async () => {
    const { status, body } = await set(admin, { session: { idleMinutes: 20 } });
    assert.deepEqual([status, body.author], [200, `administrator:${admin.userId}`]);
  });

  test('makes no rule for owners, and the log hears of it', async () => {
    const version = await desk.version();
    const harsh = { session: { idleMinutes: 1 }, authentication: { factors: { phishingResistant: true } } };
    const refused = await set(admin, { overrides: [{ when: { role: 'owner' }, set: harsh }] });
    assert.deepEqual([refused.status, refused.body.permission], [403, 'own-tenant']);
    assert.deepEqual(placesOf(refused), ['body.overrides.0.when']);
    assert.equal(await desk.version(), version);
    const [line] = await told(desk.operator, 'administration.refused');
    assert.deepEqual([line.userId, line.details.paths], [admin.userId, ['body.overrides.0.when']]);
  });

  test('neither changes a rule of owners, nor takes it away, nor brings an earlier policy back without it', async () => {
    const earlier = await desk.version();
    assert.equal((await set(owner, { overrides: [ofOwners] })).status, 200);
    assert.deepEqual(placesOf(await set(admin, { overrides: [] })), ['body.overrides']);
    const looser = { ...ofOwners, set: { session: { idleMinutes: 30 } } };
    assert.equal((await set(admin, { overrides: [looser] })).status, 403);
    const params = { version: String(earlier) };
    const back = { params, headers: { 'if-match': '*' }, body: {} };
    assert.equal((await admin.browser.call('adminRestorePolicy', back)).status, 403);
    const beside = {
      overrides: [ofOwners, { when: { role: 'auditor' }, set: { session: { idleMinutes: 5 } } }],
    };
    assert.equal((await set(admin, beside)).status, 200);
    assert.equal((await set(owner, {})).status, 200);
  });

  test('makes no rule for a group that an owner is in', async () => {
    const body = { groups: ['abroad'] };
    await desk.operator('adminChangeUser', { params: { id: owner.userId }, body });
    const rule = { when: { group: 'abroad' }, set: { session: { idleMinutes: 1 } } };
    assert.deepEqual(placesOf(await set(admin, { overrides: [rule] })), ['body.overrides.0.when']);
    assert.equal((await set(owner, { overrides: [rule] })).status, 200);
    await desk.set({});
  });

  test('shuts no owner out by what holds for everybody; an owner may', async () => {
    const shut = { authentication: { factors: { methods: ['passkey'] } } };
    assert.deepEqual(placesOf(await set(admin, shut)), ['body.authentication.factors.methods']);
    assert.deepEqual(placesOf(await set(admin, { preset: 'nist-aal3' })), ['body.preset']);
    const identifier = owner.email;
    const again = await userAgent(server).call('signIn', { body: { identifier, password } });
    assert.equal(again.status, 200);
    assert.equal((await set(owner, shut)).status, 200);
    await desk.set({});
  });

  test('is not kept from it by owners of another tenant, nor by one who is disabled', async () => {
    const { pool } = server.argus.services.store;
    const shut = { authentication: { factors: { methods: ['passkey'] } } };
    await pool.query("UPDATE users SET status = 'disabled' WHERE id = $1", [owner.userId]);
    const elsewhere = {
      users: [{ tenant: 'other', email: 'their@example.org', password, roles: ['owner'] }],
    };
    assert.equal((await desk.operator('adminApply', { body: elsewhere })).status, 200);
    assert.equal((await set(admin, shut)).status, 200);
    await pool.query("UPDATE users SET status = 'active' WHERE id = $1", [owner.userId]);
    await desk.set({});
  });
});

test('whoever stops being an administrator at that moment changes no policy', async () => {
  const leaving = await administrator(server);
  const version = await desk.version();
  const { pool } = server.argus.services.store;
  const holding = await pool.connect();
  await holding.query('BEGIN');
  await holding.query("UPDATE users SET roles = '{}' WHERE id = $1", [leaving.userId]);
  const asked = set(leaving, { session: { idleMinutes: 7 } });
  await Promise.race([asked, somebodyWaits(server)]);
  await holding.query('COMMIT');
  holding.release();
  assert.equal((await asked).status, 412);
  assert.equal((await set(leaving, { session: { idleMinutes: 7 } })).status, 403);
  assert.equal(await desk.version(), version);
});
