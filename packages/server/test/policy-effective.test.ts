import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { orders } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { told } from './admin-stage.ts';
import { type PolicyDesk, policyDesk } from './policy-stage.ts';
import { administrator, openStage, type Person, password, someone } from './stage.ts';

let server: TestServer;
let desk: PolicyDesk;
let person: Person;
before(async () => {
  server = await openStage();
  desk = await policyDesk(server);
  person = await someone(server);
  const reply = await desk.set({
    session: { absoluteHours: 10 },
    overrides: [
      { when: { group: 'abroad' }, set: { session: { idleMinutes: 10 } } },
      { when: { role: 'editor', deviceClass: 'mobile' }, set: { session: { idleMinutes: 5 } } },
      { when: { riskLevel: ['high', 'critical'] }, set: { tokens: { accessMinutes: 1 } } },
      { when: { client: 'notes' }, set: { session: { absoluteHours: 2 } } },
    ],
  });
  assert.equal(reply.status, 200, JSON.stringify(reply.body));
});
after(() => server[Symbol.asyncDispose]());

const ask = (query: Record<string, string>, tenant?: string) =>
  desk.operator('adminShowEffectivePolicy', { query }, tenant);

/** One value that holds, and why. */
async function value(path: string, query: Record<string, string>) {
  const { body } = await ask(query);
  const { value: held, setBy } = body.values.find((each: { path: string }) => each.path === path);
  return [held, setBy];
}

const groups = (list: readonly string[], by = desk.operator) =>
  by('adminChangeUser', { params: { id: person.userId }, body: { groups: list } });

test('every key has a value and the rule that it comes from, in words', async () => {
  const { body } = await ask({});
  assert.deepEqual(
    new Set(body.values.map(({ path }: { path: string }) => path)),
    new Set(Object.keys(orders)),
  );
  for (const { setBy } of body.values) assert.match(setBy, /^the /);
  assert.deepEqual(await value('session.idleMinutes', {}), [30, 'the balanced preset']);
  assert.deepEqual(await value('session.absoluteHours', {}), [10, 'the policy of the tenant']);
  assert.equal(body.session, null);
});

describe('the tightest rule that applies is named:', () => {
  test('by group', async () => {
    const { body } = await groups(['abroad']);
    assert.deepEqual(body.groups, ['abroad']);
    const query = { user: person.userId };
    assert.deepEqual(await value('session.idleMinutes', query), [10, 'the rule for group abroad']);
    const { body: found } = await ask(query);
    const held = found.values.find((each: { path: string }) => each.path === 'session.idleMinutes');
    assert.deepEqual([held.layer, held.override], ['override', 0]);
    assert.deepEqual([found.subject.userId, found.subject.groups], [person.userId, ['abroad']]);
  });

  test('by role and device class together', async () => {
    await desk.operator('adminChangeUser', { params: { id: person.userId }, body: { roles: ['editor'] } });
    const query = { user: person.userId };
    const words = 'the rule for role editor and device class mobile';
    const at = (deviceClass: string) => value('session.idleMinutes', { ...query, deviceClass });
    assert.deepEqual(await at('mobile'), [5, words]);
    assert.deepEqual(await at('desktop'), [10, 'the rule for group abroad']);
  });

  test('by risk and by client', async () => {
    const path = 'tokens.accessMinutes';
    assert.deepEqual(await value(path, { riskLevel: 'high' }), [
      1,
      'the rule for risk level high or critical',
    ]);
    assert.deepEqual(await value(path, { riskLevel: 'low' }), [5, 'the balanced preset']);
    assert.deepEqual(await value('session.absoluteHours', { client: 'notes' }), [
      2,
      'the rule for client notes',
    ]);
  });
});

describe('of a session', () => {
  test('person, device and risk are known, and what ends it first is told', async () => {
    const { browser } = person;
    const signedIn = await browser.call('signIn', { body: { identifier: person.email, password } });
    const { body } = await ask({ session: signedIn.body.session.id });
    assert.deepEqual(body.subject, {
      userId: person.userId,
      roles: ['editor'],
      groups: ['abroad'],
      client: null,
      deviceClass: 'desktop',
      riskLevel: 'low',
    });
    assert.deepEqual(body.session, {
      id: signedIn.body.session.id,
      limitedBy: 'idle limit of 10 minutes, set by the rule for group abroad',
    });
    assert.equal((await browser.call('getSession')).body.session.limitedBy, body.session.limitedBy);
  });

  test('nothing else may be said, but for which client', async () => {
    const session = person.sessionId;
    const refused = await ask({ session, deviceClass: 'mobile', user: person.userId });
    assert.equal(refused.status, 400);
    assert.deepEqual(
      new Set(refused.body.errors.map(({ path }: { path: string }) => path)),
      new Set(['query.deviceClass', 'query.user']),
    );
    assert.deepEqual(await value('session.absoluteHours', { session, client: 'notes' }), [
      2,
      'the rule for client notes',
    ]);
  });
});

test('people and sessions of another tenant, and of none, are not found', async () => {
  const nobody = '01990000-0000-7000-8000-00000000beef';
  for (const query of [{ user: nobody }, { session: nobody }]) assert.equal((await ask(query)).status, 404);
  for (const query of [{ user: person.userId }, { session: person.sessionId }])
    assert.equal((await ask(query, 'other')).status, 404);
});

describe('groups of a user', () => {
  test('are told in the log, with who gave them', async () => {
    const admin = await administrator(server);
    await groups(['abroad', 'finance'], (name, sending) => admin.browser.call(name, sending));
    const [line] = await told(desk.operator, 'user.groups-changed');
    assert.deepEqual(
      [line.actor, line.userId, line.details],
      [`administrator:${admin.userId}`, person.userId, { groups: ['abroad', 'finance'] }],
    );
  });

  test('are changed by nobody from another tenant', async () => {
    const { status } = await groups([], (name, sending) => desk.operator(name, sending, 'other'));
    assert.equal(status, 404);
    const { body } = await desk.operator('adminListUsers', { query: { email: person.email } });
    assert.deepEqual(body.users[0].groups, ['abroad', 'finance']);
  });

  test('of somebody who may do more are not changed', async () => {
    const { pool } = server.argus.services.store;
    const [admin, owner] = [await administrator(server), await someone(server)];
    await pool.query("UPDATE users SET roles = '{owner}' WHERE id = $1", [owner.userId]);
    const { status } = await admin.browser.call('adminChangeUser', {
      params: { id: owner.userId },
      body: { groups: ['abroad'] },
    });
    assert.equal(status, 403);
  });
});
