import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import { clientInForce, openStore, serviceByKey, signInFacts, tenantById, userFacts } from '@argus/store';
import { furnish } from './authenticator-stage.ts';
import { type ChangeCases, changeCases } from './change-cases.ts';
import { commitAlone, whileUncommitted } from './lock-waits.ts';
import { clientOf, codeOf, hashOf } from './oauth-stage.ts';
import { serviceKeyOf } from './service-stage.ts';
import {
  at,
  eventOf,
  holdings,
  openStage,
  other,
  type Person,
  personOf,
  rotationOf,
  type Stage,
  signInChanges,
} from './stage.ts';

let stage: Stage;
let tenants = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

/** Somebody signed in, in a tenant of their own. */
async function someone(): Promise<readonly [Person, number]> {
  tenants += 1;
  const tenant = `tenant-${tenants}` as TenantId; // a name like any other
  await stage.store.commit({ tenant, changes: [{ kind: 'create-tenant', id: tenant, at }], events: [] });
  return [await furnish(stage.store, tenant, tenants), tenants];
}

const suspend: Change = { kind: 'suspend-tenant', at: at + 1000 };
const endAll: Change = { kind: 'end-sessions-of-tenant', limit: 100, at: at + 2000, by: { actor: 'system' } };
const settle: Change = { kind: 'settle-tenant', at: at + 9000, suspendedBy: at + 5000 };

async function write(tenant: TenantId, ...changes: Change[]): Promise<boolean> {
  for (const change of changes)
    if (!(await stage.store.commit({ tenant, changes: [change], events: [eventOf()] })).isCommitted)
      return false;
  return true;
}

/** What begins or goes on with something of a person. */
const beginning: readonly (keyof ChangeCases)[] = [
  'create-user',
  'create-session',
  'create-grant',
  'raise-session',
  'renew-grant',
  'create-code',
  'decide-device-authorization',
  'begin-sign-in',
  'start-recovery',
];

describe('in a suspended tenant', () => {
  for (const kind of beginning)
    test(`${kind} is lost, and would not be in an active one`, async () => {
      const [person, number] = await someone();
      const change = changeCases[kind](person, number);
      assert.ok(await write(person.tenant, suspend));
      const before = await holdings(stage.store, person.tenant);
      assert.equal(await write(person.tenant, change), false);
      assert.deepEqual(await holdings(stage.store, person.tenant), before);
      assert.ok(await write(person.tenant, endAll, settle, { kind: 'resume-tenant' }));
      const [another, next] = await someone();
      assert.ok(await write(another.tenant, changeCases[kind](another, next)));
    });

  test('no token rotates and no code is redeemed', async () => {
    const [person, number] = await someone();
    await write(person.tenant, suspend);
    assert.equal(await stage.store.rotate(rotationOf(person)), false);
    const { grantId: id, clientId } = codeOf(person, number);
    const redeemed = await stage.store.redeemCode({
      tenant: person.tenant,
      codeHash: hashOf('code', number),
      grant: { ...person.grant, id, clientId },
      event: eventOf(),
    });
    assert.deepEqual(redeemed, { isRedeemed: false, lost: 'create-grant' });
  });

  test('everybody and every client is as if disabled for those who decide', async () => {
    const [{ tenant, user, device, grant }, number] = await someone();
    const { pool } = stage.store;
    const statuses = async () => [
      (await signInFacts(pool, tenant, { email: user.email, secretHash: device.secretHash }))?.user.status,
      (await userFacts(pool, tenant, { userId: user.id, secretHash: null }))?.user.status,
      (await stage.store.refreshFacts({ tenant, grantId: grant.id }))?.user.status,
      (await clientInForce(pool, clientOf(tenant, number).id))?.status,
      (await serviceByKey(pool, serviceKeyOf(tenant, number).keyId))?.tenantStatus,
    ];
    assert.deepEqual(await statuses(), ['active', 'active', 'active', 'active', 'active']);
    await write(tenant, suspend);
    assert.deepEqual(await statuses(), ['disabled', 'disabled', 'disabled', 'disabled', 'suspended']);
  });

  test('the other tenant goes on as before', async () => {
    const [{ tenant }] = await someone();
    const theirs = await furnish(stage.store, other, 900);
    const before = await holdings(stage.store, other);
    assert.ok(await write(tenant, suspend, endAll));
    assert.deepEqual(await holdings(stage.store, other), before);
    assert.equal(await stage.store.rotate(rotationOf(theirs)), true);
  });
});

describe('a suspension', () => {
  test('is told to services at once and once more when it has settled, and its sessions are not told one by one', async () => {
    const [{ tenant }] = await someone();
    const { pool } = stage.store;
    await pool.query('DELETE FROM feed_pending WHERE tenant_id = $1', [tenant]);
    assert.ok(await write(tenant, suspend, endAll, settle));
    const { rows } = await pool.query('SELECT event FROM feed_pending WHERE tenant_id = $1 ORDER BY id', [
      tenant,
    ]);
    assert.deepEqual(
      rows.map(({ event }) => event),
      [{ type: 'tenant-ended' }, { type: 'tenant-ended' }],
    );
  });

  test('ends sessions with their grants in batches, and each is in the audit log', async () => {
    const [{ tenant, session }] = await someone();
    await write(tenant, suspend, endAll);
    const { pool } = stage.store;
    const { rows } = await pool.query(
      `SELECT s.end_reason, (SELECT bool_and(g.status = 'ended') FROM grants g WHERE g.tenant_id = $1 AND g.session_id = s.id) AS over,
        (SELECT count(*) FROM audit_events e WHERE e.tenant_id = $1 AND e.session_id = s.id AND e.type = 'session.ended'
          AND e.reason = 'tenant-suspended') AS told
       FROM sessions s WHERE s.tenant_id = $1 AND s.id = $2`,
      [tenant, session.id],
    );
    assert.deepEqual(rows, [{ end_reason: 'tenant-suspended', over: true, told: 1 }]);
  });

  test('settles only when its last session has ended and its time has passed', async () => {
    const [{ tenant }] = await someone();
    await write(tenant, suspend);
    assert.equal(await write(tenant, settle), false, 'a session lives');
    await write(tenant, endAll);
    assert.equal(await write(tenant, { ...settle, suspendedBy: at }), false, 'it was suspended a moment ago');
    for (const early of ['resume-tenant', 'begin-erasure'] as const)
      assert.equal(await write(tenant, { kind: early }), false, early);
    assert.equal(await write(tenant, settle), true);
    assert.equal(await write(tenant, { kind: 'resume-tenant' }), true);
    assert.equal((await tenantById(stage.store.pool, tenant))?.suspendedAt, null);
  });

  test('of an active tenant ends no session and erases nothing', async () => {
    const [{ tenant }] = await someone();
    const before = await holdings(stage.store, tenant);
    await stage.store.commit({ tenant, changes: [endAll], events: [] });
    assert.equal(await write(tenant, { kind: 'begin-erasure' }), false);
    assert.deepEqual(await holdings(stage.store, tenant), before);
  });
});

describe('sign-in against suspension', () => {
  const another = (person: Person, number: number): Change[] => [
    { kind: 'hold-user', userId: person.user.id },
    changeCases['create-session'](person, number),
  ];

  test('whoever signs in while it is being suspended waits, and is lost', async () => {
    const [person, number] = await someone();
    const outcome = await whileUncommitted(stage.url, { tenant: person.tenant, changes: [suspend] }, (url) =>
      commitAlone(url, { tenant: person.tenant, changes: another(person, number) }),
    );
    assert.deepEqual(outcome, { isCommitted: false, lost: 'create-session' });
  });

  test('who suspends waits for a sign-in that came first, so that its session is found and ends', async () => {
    const [person, number] = await someone();
    const outcome = await whileUncommitted(
      stage.url,
      { tenant: person.tenant, changes: another(person, number) },
      (url) => commitAlone(url, { tenant: person.tenant, changes: [suspend] }),
    );
    assert.ok(outcome.isCommitted);
    assert.ok(await write(person.tenant, endAll, settle));
  });

  test('of many that race with it no session is left in fifty rounds', async () => {
    await using store = openStore({ url: stage.url, size: 8 });
    for (let round = 0; round < 50; round += 1) {
      tenants += 1;
      const tenant = `race-${tenants}` as TenantId; // a name like any other
      await store.commit({ tenant, changes: [{ kind: 'create-tenant', id: tenant, at }], events: [] });
      const people = [1, 2, 3].map((number) => personOf(tenant, number));
      for (const { user } of people)
        await store.commit({ tenant, changes: [{ kind: 'create-user', user }], events: [] });
      const signIns = people.map((person) =>
        store.commit({ tenant, changes: signInChanges(person), events: [eventOf()] }),
      );
      const suspended = store.commit({ tenant, changes: [suspend], events: [] });
      const settled = suspended.then(() => store.commit({ tenant, changes: [endAll, settle], events: [] }));
      await Promise.all(signIns);
      assert.ok((await settled).isCommitted, 'nothing can begin after the suspension, so all is over');
      const { rows } = await store.pool.query(
        "SELECT count(*) AS live FROM sessions WHERE tenant_id = $1 AND state = 'active'",
        [tenant],
      );
      assert.deepEqual(rows, [{ live: 0 }]);
    }
  });
});
