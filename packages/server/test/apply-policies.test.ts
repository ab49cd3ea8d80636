import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type PolicyDesk, placesOf, policyDesk } from './policy-stage.ts';
import { holdings, openStage } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
let elsewhere: PolicyDesk;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
  elsewhere = await policyDesk(server, 'other');
});
after(() => server[Symbol.asyncDispose]());

const apply = (...tenants: object[]) => desk.operator('adminApply', { body: { tenants } });

test('a declared policy is put in force with its difference, and the second time nothing is changed', async () => {
  const policy = {
    session: { idleMinutes: 20 },
    overrides: [{ when: { role: 'x' }, set: { session: { idleMinutes: 60 } } }],
  };
  const { body } = await apply({ id: 'other', policy });
  const [change] = body.changes;
  assert.deepEqual([body.changes.length, body.unchanged], [1, 1]);
  assert.deepEqual([change.kind, change.what, change.name], ['change', 'policy', 'other']);
  assert.deepEqual(change.difference[0], { path: 'session.idleMinutes', before: 30, after: 20 });
  assert.equal(change.policyWarnings[0].path, 'overrides.0.set.session.idleMinutes');
  const { version, author, document } = (await elsewhere.show()).body;
  assert.deepEqual([version, author, document], [2, 'operator', { preset: 'balanced', ...policy }]);
  const held = await holdings(server);
  assert.deepEqual((await apply({ id: 'other', policy })).body, { changes: [], unchanged: 2 });
  assert.deepEqual(await holdings(server), held);
  assert.equal(await desk.version(), 1, 'the other tenant keeps its own');
});

test('a tenant without one keeps the policy that it has', async () => {
  assert.deepEqual((await apply({ id: 'other' })).body, { changes: [], unchanged: 1 });
  assert.equal(await elsewhere.version(), 2);
});

test('a tenant that the same document makes has it from the beginning', async () => {
  const { body } = await apply({ id: 'fresh', policy: { preset: 'strict' } });
  assert.deepEqual(
    body.changes.map(({ kind, what, name }: Record<string, string>) => [kind, what, name]),
    [
      ['create', 'tenant', 'fresh'],
      ['change', 'policy', 'fresh'],
    ],
  );
  const fresh = await policyDesk(server, 'fresh');
  assert.equal((await fresh.show()).body.document.preset, 'strict');
});

test('groups of a user are as declared, and stay where none are', async () => {
  const users = (...groups: string[][]) => {
    const [declared] = groups;
    const user = { tenant: 'other', email: 'grouped@example.org', ...(declared ? { groups: declared } : {}) };
    return desk.operator('adminApply', { body: { users: [user] } });
  };
  const held = async () => {
    const query = { email: 'grouped@example.org' };
    return (await elsewhere.operator('adminListUsers', { query })).body.users[0].groups;
  };
  assert.equal((await users(['abroad'])).body.changes[0].kind, 'create');
  assert.deepEqual(await held(), ['abroad']);
  assert.equal((await users()).body.unchanged, 1);
  assert.equal((await users(['abroad'])).body.unchanged, 1);
  assert.equal((await users(['finance', 'abroad'])).body.changes[0].kind, 'change');
  assert.deepEqual(await held(), ['finance', 'abroad']);
  await users([]);
  assert.deepEqual(await held(), []);
});

test('what is wrong is told at its place before anything is written', async () => {
  const held = await holdings(server);
  const wrong = { preset: 'pci-dss', session: { idleMinutes: 60 } };
  const refused = await apply({ id: 'unborn', policy: {} }, { id: 'other', policy: wrong });
  assert.deepEqual([refused.status, placesOf(refused)], [400, ['tenants.1.policy.session.idleMinutes']]);
  const form = await apply({ id: 'other', policy: { session: { idle: 3 } } });
  assert.deepEqual(placesOf(form), ['body.tenants.0.policy.session.idle']);
  const { pool } = server.argus.services.store;
  await pool.query("UPDATE tenants SET plan = 'professional' WHERE id = 'other'");
  const plan = await apply({ id: 'other', policy: { risk: { mode: 'enforce' } } });
  assert.deepEqual([plan.status, placesOf(plan)], [400, ['tenants.0.policy.risk.mode']]);
  assert.match(plan.body.errors[0].message, /add-on advanced-threat-detection/);
  await pool.query("UPDATE tenants SET plan = 'enterprise' WHERE id = 'other'");
  assert.deepEqual(await holdings(server), held);
});
