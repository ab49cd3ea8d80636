import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DeviceId, SessionId, UserId } from '@argus/contract';
import type { Change, Link } from '@argus/core';
import * as asked from '@argus/store';
import { authenticatorCases as cases } from './authenticator-cases.ts';
import * as authenticators from './authenticator-stage.ts';
import { by, linkOf } from './change-cases.ts';
import { hashOf } from './oauth-stage.ts';
import { at, home, idOf, openStage, other, type Person, personOf, type Stage } from './stage.ts';

const later = at + 1000;
let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await authenticators.furnish(stage.store, home, people), people];
}

async function write(...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant: home, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

describe('what a sign-in needs is answered as it was written:', () => {
  test('a sign-in on its way, until it is over', async () => {
    const [person, number] = await someone();
    const progress = authenticators.progressOf(person, number);
    const { attemptHash, expiresAt } = progress;
    const held = (now: number) => asked.progressOfAttempt(stage.store.pool, home, { attemptHash, now });
    assert.deepEqual(await held(at), progress);
    assert.deepEqual(await held(expiresAt - 1), progress);
    assert.equal(await held(expiresAt), null);
    await write(cases['finish-sign-in'](person, number));
    assert.equal(await held(at), null);
  });

  test('a device that is spared, until then, of this person alone', async () => {
    const [person] = await someone();
    const until = at + 86_400_000;
    const held = (now: number, changes: { userId?: Person['user']['id']; deviceId?: DeviceId } = {}) =>
      asked.rememberedUntil(stage.store.pool, home, {
        userId: person.user.id,
        deviceId: person.device.id,
        now,
        ...changes,
      });
    assert.equal(await held(until - 1), until);
    assert.equal(await held(until), null);
    assert.equal(await held(at, { userId: authenticators.lockedOutOf(person, people).id }), null);
    assert.equal(await held(at, { deviceId: idOf(2, 99_999) as DeviceId }), null); // a brand over text
    await write(cases['remember-device'](person));
    assert.equal(await held(at), at + 2 * 86_400_000);
    await write({ kind: 'forget-devices', userId: person.user.id });
    assert.equal(await held(at), null);
  });

  test('an address, once it was verified, and as it changed', async () => {
    const [{ user }] = await someone();
    const held = async () => {
      const facts = await asked.userFacts(stage.store.pool, home, { userId: user.id, secretHash: null });
      return [facts?.user.email, facts?.user.emailVerifiedAt];
    };
    const verify = { kind: 'verify-email', userId: user.id, email: user.email } as const;
    await write({ ...verify, at: later });
    await write({ ...verify, at: later + 1 });
    assert.deepEqual(await held(), [user.email, later], 'the first time counts');
    const to = `moved-${people}@example.org`;
    await write({ kind: 'change-email', userId: user.id, from: user.email, to, at: later + 2 });
    assert.deepEqual(await held(), [to, later + 2]);
  });

  test('a link with what it is about, until links of its kind are ended', async () => {
    const [{ user }] = await someone();
    const made = (kind: 'change-email' | 'reset-password' | 'undo-changes', place: number) => ({
      id: idOf(7, 7000 + people * 10 + place),
      tokenHash: hashOf(`link ${place}`, people),
      kind,
      userId: user.id,
      details: { email: 'a@example.org', since: at, previousEmail: 'b@example.org' },
      createdAt: at,
      expiresAt: at + 60_000,
      consumedAt: null,
    });
    const links = [made('change-email', 0), made('reset-password', 1), made('undo-changes', 2)];
    await write(...links.map((link) => ({ kind: 'create-link', link }) as const));
    const held = async () => {
      const found = links.map((link) => asked.linkByHash(stage.store.pool, home, link.tokenHash));
      return (await Promise.all(found)).map((record) => record?.link);
    };
    assert.deepEqual(await held(), links);
    const kinds = ['change-email', 'reset-password'] as const;
    await write({ kind: 'end-links', userId: user.id, kinds, at: later });
    assert.deepEqual(await held(), [
      { ...links[0], consumedAt: later },
      { ...links[1], consumedAt: later },
      links[2],
    ]);
  });
});

describe('an address that was given up', () => {
  const { id: nobody } = personOf(home, 77_777).user;
  const held = async (changes: Change[]) =>
    (await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted;

  async function givenUp(): Promise<{ person: Person; link: Link; email: string }> {
    const [person] = await someone();
    const email = `given-up-${people}@example.org`;
    const link = {
      ...linkOf(person.user.id, 50_000 + people, home),
      kind: 'undo-changes' as const,
      details: { previousEmail: email },
    };
    await write({ kind: 'create-link', link });
    return { person, link, email };
  }
  const create = (email: string, createdAt = at): Change[] => {
    const id = idOf(1, 970_000 + people) as UserId; // a brand over text
    return [{ kind: 'create-user', user: { ...personOf(home, 1).user, id, email, createdAt } }];
  };

  test('is its owner’s to take back, and nobody else’s, until that link is used or expires', async () => {
    const { person, link, email } = await givenUp();
    assert.equal(await held(create(email, link.expiresAt - 1)), false);
    const { id: userId, email: from } = person.user;
    assert.equal(await held([{ kind: 'change-email', userId, from, to: email, at }]), true);
    const another = await givenUp();
    assert.equal(await held(create(another.email, another.link.expiresAt)), true);
    const third = await givenUp();
    await write({ kind: 'use-link', tokenHash: third.link.tokenHash, at });
    assert.equal(await held(create(third.email)), true);
  });

  test('in one tenant is free in another', async () => {
    const { email } = await givenUp();
    const changes = create(email);
    assert.ok((await stage.store.commit({ tenant: other, changes, events: [] })).isCommitted);
  });

  test('a link for nobody is not made, and its absence is no loss where it was asked so', async () => {
    const link = { ...linkOf(nobody, 60_000, home), kind: 'reset-password' as const };
    await write({ kind: 'create-link', link, orNobody: true });
    assert.equal(await asked.linkByHash(stage.store.pool, home, link.tokenHash), null);
  });
});

test('links are ended that were made since, and older ones stay', async () => {
  const [{ user }] = await someone();
  const [older, newer] = [at, later].map((createdAt, place) => ({
    ...linkOf(user.id, 60_001 + place, home),
    createdAt,
    kind: 'undo-changes' as const,
  }));
  assert.ok(older && newer);
  await write({ kind: 'create-link', link: older }, { kind: 'create-link', link: newer });
  await write({ kind: 'end-links', userId: user.id, kinds: ['undo-changes'], since: later, at: later });
  const consumed = async ({ tokenHash }: Link) =>
    (await asked.linkByHash(stage.store.pool, home, tokenHash))?.link.consumedAt;
  assert.deepEqual([await consumed(older), await consumed(newer)], [null, later]);
});

test('a password that is hashed anew was set when it was set', async () => {
  const [{ user, phc }] = await someone();
  await write({ kind: 'rehash-password', userId: user.id, phc: 'at today’s cost', expected: phc });
  assert.equal(await asked.passwordChangedAt(stage.store.pool, home, user.id), at);
  const facts = await asked.userFacts(stage.store.pool, home, { userId: user.id, secretHash: null });
  assert.equal(facts?.phc, 'at today’s cost');
});

describe('live sessions stand in the way of one more', () => {
  test('without the one that is replaced, those that expired, those that ended and other people’s', async () => {
    const [person] = await someone();
    await someone();
    const { user, session } = person;
    const inTheWay = (now: number, except: SessionId | null = null) =>
      asked.sessionsInTheWay(stage.store.pool, home, { userId: user.id, except, now });
    const count = async (...ask: Parameters<typeof inTheWay>) => (await inTheWay(...ask)).length;
    assert.equal(await count(at), 1);
    assert.equal(await count(at, session.id), 0);
    assert.equal(await count(session.idleExpiresAt - 1), 1);
    assert.equal(await count(session.idleExpiresAt), 0);
    await write({ kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by });
    assert.equal(await count(at), 0);
  });

  test('with what speaks for them', async () => {
    const [{ user, session, device }] = await someone();
    await write({ kind: 'forget-devices', userId: user.id });
    const told = async () => {
      const [live] = await asked.sessionsInTheWay(stage.store.pool, home, {
        userId: user.id,
        except: null,
        now: at,
      });
      return live;
    };
    const { id, deviceClass, createdAt, lastActiveAt, acr, riskLevel } = session;
    const facts = { id, deviceClass, createdAt, lastActiveAt, acr, riskLevel };
    assert.deepEqual(await told(), { ...facts, isDeviceKnown: false, isDeviceRemembered: false });
    await stage.store.pool.query(
      "UPDATE devices SET first_seen_at = first_seen_at - interval '1 day' WHERE id = $1",
      [device.id],
    );
    const until = at + 1;
    await write({ kind: 'remember-device', userId: user.id, deviceId: device.id, until });
    assert.deepEqual(await told(), { ...facts, isDeviceKnown: true, isDeviceRemembered: true });
  });
});

describe('recoveries whose time has come', () => {
  test('are found in every tenant, the longest due first, as many as may be', async () => {
    const { store } = stage;
    await store.pool.query('DELETE FROM recoveries');
    const expected: string[] = [];
    for (const [tenant, number, dueAt] of [
      [home, 901, at + 20],
      [other, 902, at + 10],
      [home, 903, at + 30],
    ] as const) {
      const person = await authenticators.furnish(store, tenant, number);
      const recovery = { ...authenticators.recoveryOf(person, number), userId: person.user.id, dueAt };
      const changes: Change[] = [
        { kind: 'cancel-recovery', userId: authenticators.recoveryOf(person, number).userId },
        { kind: 'start-recovery', recovery },
      ];
      assert.ok((await store.commit({ tenant, changes, events: [] })).isCommitted);
      expected.push(`${tenant} ${person.user.id}`);
    }
    const [one, two, three] = expected;
    const due = async (now: number, limit = 10) =>
      (await asked.dueRecoveries(store.pool, { now, limit })).map((each) => `${each.tenant} ${each.userId}`);
    assert.deepEqual(await due(at + 9), []);
    assert.deepEqual(await due(at + 10), [two]);
    assert.deepEqual(await due(at + 30), [two, one, three]);
    assert.deepEqual(await due(at + 30, 2), [two, one]);
  });

  test('are told by person', async () => {
    const [person, number] = await someone();
    const recovery = authenticators.recoveryOf(person, number);
    assert.deepEqual(await asked.recoveryOfUser(stage.store.pool, home, recovery.userId), recovery);
    await write(cases['complete-recovery'](person, number));
    assert.equal(await asked.recoveryOfUser(stage.store.pool, home, recovery.userId), null);
  });
});
