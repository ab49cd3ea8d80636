import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeviceId, SessionId, TenantId, UserId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import {
  elsewhere,
  endDetails,
  endOf,
  liveIds,
  phone,
  setLimit,
  signedInTimes,
  tryToSignIn,
} from './session-limit-stage.ts';
import { openStage, refresh, someone, tenant } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

const pool = () => server.argus.services.store.pool;
const liveOf = (...of: Parameters<typeof liveIds> extends [unknown, ...infer Rest] ? Rest : never) =>
  liveIds(server.argus.services, ...of);

describe('one session too many ends', () => {
  test('the oldest, though somebody has just used it', async () => {
    await setLimit(server, { max: 3, onLimit: 'oldest' });
    const [first, second, third] = await signedInTimes(server, 3);
    await refresh(first.browser, 0);
    const newer = await elsewhere(server, first);
    assert.deepEqual(await liveOf(first), [second?.sessionId, third?.sessionId, newer.sessionId]);
    assert.deepEqual(await endOf(server, first.sessionId), {
      reason: 'session-limit',
      madeRoomFor: newer.sessionId,
    });
  });

  test('the least recently active, though it is not the oldest', async () => {
    await setLimit(server, { max: 3, onLimit: 'least-recently-active' });
    const [first, second, third] = await signedInTimes(server, 3);
    await refresh(first.browser, 0);
    const newer = await elsewhere(server, first);
    assert.deepEqual(await liveOf(first), [first.sessionId, third?.sessionId, newer.sessionId]);
    assert.equal((await endOf(server, second?.sessionId as SessionId)).reason, 'session-limit');
  });

  test('the one of a device that the person was never seen on before', async () => {
    await setLimit(server, { max: 2, onLimit: 'lowest-trust' });
    const person = await someone(server);
    // The same browser again: its device is known by now.
    server.clock.advance(60_000);
    await person.browser.call('endSession');
    const known = await tryToSignIn(person.browser, person);
    const stranger = await elsewhere(server, person);
    const newer = await elsewhere(server, person);
    assert.deepEqual(await liveOf(person), [known.body.session.id, newer.sessionId]);
    assert.equal((await endOf(server, stranger.sessionId)).reason, 'session-limit');
  });

  test('with all that belongs to an end: tokens, the log with its rule, the count', async () => {
    await setLimit(server, { max: 1, onLimit: 'oldest' });
    const person = await someone(server);
    const newer = await elsewhere(server, person);
    assert.equal((await person.browser.call('getSession')).body.code, 'session_ended');
    assert.equal((await refresh(person.browser)).body.code, 'session_ended');
    assert.deepEqual(await endDetails(server, person.sessionId), {
      onLimit: 'oldest',
      limit: 'session.concurrent.max',
      most: 1,
      rule: 'the policy of the tenant',
      madeRoomFor: newer.sessionId,
    });
    const { rows } = await pool().query(
      `SELECT g.status, g.end_reason FROM grants g WHERE g.tenant_id = $1 AND g.session_id = $2`,
      [tenant, person.sessionId],
    );
    assert.deepEqual(rows, [{ status: 'ended', end_reason: 'session-limit' }]);
    const metrics = await (await userAgent(server).fetch('/metrics')).text();
    assert.match(metrics, /argus_session_limits_total\{outcome="oldest"\} [1-9]/);
    assert.match(metrics, /argus_sessions_ended_total\{reason="session-limit"\} [1-9]/);
  });

  test('and all that are too many, where the limit was lowered', async () => {
    await setLimit(server, { max: 5, onLimit: 'oldest' });
    const [person, ...others] = await signedInTimes(server, 5);
    await setLimit(server, { max: 2, onLimit: 'oldest' });
    const newer = await elsewhere(server, person);
    assert.deepEqual(await liveOf(person), [others.at(-1)?.sessionId, newer.sessionId]);
  });

  test('not the one that the same browser held: that is replaced', async () => {
    await setLimit(server, { max: 2, onLimit: 'oldest' });
    const [person, other] = await signedInTimes(server, 2);
    const { body } = await tryToSignIn(person.browser, person);
    assert.deepEqual(await liveOf(person), [other?.sessionId, body.session.id]);
    assert.equal((await endOf(server, person.sessionId)).reason, 'replaced');
  });
});

describe('whose limit it is', () => {
  test('a phone’s own ends a phone, however old the others are', async () => {
    await setLimit(server, { max: null, perDeviceClass: { mobile: 1 }, onLimit: 'oldest' });
    const person = await someone(server);
    const [one, two] = [
      await elsewhere(server, person, { 'user-agent': phone }),
      await elsewhere(server, person, { 'user-agent': phone }),
    ];
    assert.deepEqual(await liveOf(person), [person.sessionId, two.sessionId]);
    assert.equal(
      (await endDetails(server, one.sessionId))?.limit,
      'session.concurrent.perDeviceClass.mobile',
    );
  });

  test('that of a role or a group, tighter than everybody’s, and told by its rule', async () => {
    await setLimit(server, { max: 5, onLimit: 'oldest' }, [
      { when: { role: 'accountant' }, set: { session: { concurrent: { max: 1 } } } },
      { when: { group: 'night-shift' }, set: { session: { concurrent: { max: 2 } } } },
    ]);
    const [accountant, nurse, anybody] = [
      await someone(server),
      await someone(server),
      await someone(server),
    ];
    const { store } = server.argus.services;
    const changes = [
      { kind: 'set-user-roles', userId: accountant.userId, roles: ['accountant'] },
      { kind: 'set-user-groups', userId: nurse.userId, groups: ['night-shift'] },
    ] as const;
    assert.ok((await store.commit({ tenant, changes, events: [] })).isCommitted);
    for (const person of [accountant, nurse, anybody])
      for (let count = 0; count < 3; count += 1) await elsewhere(server, person);
    const left = [accountant, nurse, anybody].map(async (person) => (await liveOf(person)).length);
    assert.deepEqual(await Promise.all(left), [1, 2, 4]);
    const details = await endDetails(server, accountant.sessionId);
    assert.equal(details?.rule, 'the rule for role accountant');
  });

  test('is the tenant’s: who has the same address elsewhere keeps all sessions', async () => {
    await setLimit(server, { max: 1, onLimit: 'oldest' });
    const person = await someone(server);
    const other = 'limits-elsewhere' as TenantId;
    const namesake = await namesakeIn(other, person.email);
    await elsewhere(server, person);
    assert.equal((await liveOf(person)).length, 1);
    assert.equal((await liveOf({ userId: namesake }, other)).length, 3);
  });
});

/** Somebody of another tenant, with three sessions. */
async function namesakeIn(other: TenantId, email: string): Promise<UserId> {
  const { store, random, clock } = server.argus.services;
  const at = clock.now();
  const made = await store.commit({
    tenant: other,
    changes: [{ kind: 'create-tenant', id: other, at }],
    events: [],
  });
  assert.ok(made.isCommitted);
  const copied = await pool().query<{ id: UserId }>(
    `INSERT INTO users (tenant_id, id, email, roles, status, created_at)
     SELECT $1, $2, email, roles, status, created_at FROM users WHERE tenant_id = $3 AND email = $4 RETURNING id`,
    [other, random.uuid(), tenant, email],
  );
  const userId = copied.rows[0]?.id ?? assert.fail('nobody was copied');
  for (let count = 0; count < 3; count += 1) {
    // Brands over text.
    const [deviceId, sessionId] = [random.uuid() as DeviceId, random.uuid() as SessionId];
    await pool().query(
      `INSERT INTO devices (tenant_id, id, user_id, secret_hash, first_seen_at, last_seen_at)
       VALUES ($1, $2, $3, $4, $5, $5)`,
      [other, deviceId, userId, random.bytes(32), new Date(at).toISOString()],
    );
    await pool().query(
      `INSERT INTO sessions (tenant_id, id, user_id, device_id, state, amr, acr, authenticated_at, created_at,
         last_active_at, idle_expires_at, absolute_expires_at, ip)
       VALUES ($1, $2, $3, $4, 'active', '{pwd}', 'urn:argus:aal1', $5, $5, $5, $6, $6, '192.0.2.1')`,
      [
        other,
        sessionId,
        userId,
        deviceId,
        new Date(at).toISOString(),
        new Date(at + 3_600_000).toISOString(),
      ],
    );
  }
  return userId;
}

describe('a session that is being put out', () => {
  test('and that refreshes at the same moment never outlives it', async () => {
    await setLimit(server, { max: 1, onLimit: 'oldest' });
    for (let round = 0; round < 15; round += 1) {
      const person = await someone(server);
      const [, refreshed] = await Promise.all([
        tryToSignIn(userAgent(server), person),
        refresh(person.browser, 0),
      ]);
      assert.ok([200, 401].includes(refreshed.status));
      assert.equal((await person.browser.call('getSession')).status, 401, `round ${round}`);
      assert.equal((await refresh(person.browser, 0)).status, 401, `round ${round}`);
      assert.equal((await liveOf(person)).length, 1);
    }
  });
});

test('a sign-in that was decided by a policy no longer in force is decided anew', async () => {
  await setLimit(server, { max: 5, onLimit: 'oldest' });
  const [person] = await signedInTimes(server, 4);
  // Known to the server until its memory is a second old; another node changes it meanwhile.
  const { policies } = server.argus.services;
  const remembered = await policies.of(tenant);
  const forget = policies.forget;
  let asked = 0;
  Object.assign(policies, { forget: () => (asked += 1) });
  await setLimit(server, { max: 2, onLimit: 'oldest' });
  Object.assign(policies, { forget });
  assert.ok(asked > 0 && (await policies.of(tenant)).version === remembered.version);
  assert.equal((await tryToSignIn(userAgent(server), person)).status, 200);
  assert.equal((await liveOf(person)).length, 2);
});
