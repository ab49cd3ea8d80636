import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { AuthenticatorId, GrantId, SessionId } from '@argus/contract';
import type { Change } from '@argus/core';
import { openStore } from '@argus/store';
import { authenticatorCases as cases } from './authenticator-cases.ts';
import * as authenticators from './authenticator-stage.ts';
import { by, linkOf, roomFor } from './change-cases.ts';
import { commitAlone, deadlocks, whileUncommitted } from './lock-waits.ts';
import { hashOf } from './oauth-stage.ts';
import { rounds } from './race-stage.ts';
import { at, home, idOf, openStage, type Person, type Stage, signInChanges } from './stage.ts';

let stage: Stage;
let people = 0;
let born = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<readonly [Person, number]> {
  people += 1;
  return [await authenticators.furnish(stage.store, home, people), people];
}

function signIn(person: Person): Change[] {
  born += 1;
  // Brands over text, from the same shape of id.
  const session = { ...person.session, id: idOf(3, 500_000 + born) as SessionId };
  const grant = { ...person.grant, id: idOf(4, 500_000 + born) as GrantId, sessionId: session.id };
  return signInChanges({ ...person, session, grant });
}

/** How the second ended, that came while the first was not yet committed and had to wait for it. */
const afterWaiting = (first: readonly Change[], second: readonly Change[]) =>
  whileUncommitted(stage.url, { tenant: home, changes: first }, (url) =>
    commitAlone(url, { tenant: home, changes: second }),
  );

describe('who comes while', () => {
  for (const kind of ['add-passkey', 'add-totp'] as const)
    test(`its user is disabled waits, and ${kind} is lost`, async () => {
      const [person, number] = await someone();
      const { id: userId } = person.user;
      const outcome = await afterWaiting(
        [{ kind: 'set-user-status', userId, status: 'disabled' }],
        [cases[kind](person, number)],
      );
      assert.deepEqual(outcome, { isCommitted: false, lost: kind });
    });

  test('a passkey is added waits, and finds the place taken', async () => {
    const [person, number] = await someone();
    const one = cases['add-passkey'](person, number);
    const id = idOf(8, 600_000 + number) as AuthenticatorId; // a brand over text
    const passkey = { ...one.passkey, id, credentialId: hashOf('a third credential', number) };
    const outcome = await afterWaiting([{ ...one, most: 2 }], [{ ...one, passkey, most: 2 }]);
    assert.deepEqual(outcome, { isCommitted: false, lost: 'add-passkey' });
  });

  test('the other way in is taken away waits, and keeps the one that is left', async () => {
    const [person, number] = await someone();
    const { id: userId } = person.user;
    await commitAlone(stage.url, { tenant: home, changes: [cases['close-password'](person)] });
    const unlink: Change[] = [
      { kind: 'hold-user', userId },
      { kind: 'unlink-identity', issuer: 'https://upstream.example', subject: `subject ${number}`, userId },
    ];
    const outcome = await afterWaiting(unlink, [cases['remove-authenticator'](person, number)]);
    assert.deepEqual(outcome, { isCommitted: false, lost: 'remove-authenticator' });
  });

  test('a sign-in takes the last place waits, and finds no room', async () => {
    const [person] = await someone();
    const [hold, ...rest] = signIn(person);
    const { id: userId } = person.user;
    assert.ok(hold);
    const room = (most: number): Change => ({
      kind: 'make-room',
      userId,
      sessionId: person.session.id,
      ...roomFor(most, 'deny'),
    });
    const [, ...late] = signIn(person);
    const first = [hold, room(3), ...rest];
    assert.ok((await commitAlone(stage.url, { tenant: home, changes: signIn(person) })).isCommitted);
    const outcome = await afterWaiting(first, [hold, room(2), ...late]);
    assert.deepEqual(outcome, { isCommitted: false, lost: 'make-room' });
  });

  test('somebody signs in waits to change the address, and ends the session that was born meanwhile', async () => {
    const [person] = await someone();
    const { user } = person;
    const outcome = await afterWaiting(signIn(person), [
      { kind: 'change-email', userId: user.id, from: user.email, to: `moved-${people}@example.org`, at },
      { kind: 'end-sessions-of-user', userId: user.id, reason: 'email-changed', at, by },
    ]);
    assert.ok(outcome.isCommitted);
    const { rowCount } = await stage.store.pool.query(
      `SELECT FROM sessions WHERE user_id = $1 AND state = 'active'`,
      [user.id],
    );
    assert.equal(rowCount, 0);
  });

  test('the address is taken waits, and a change to it is lost', async () => {
    const [person] = await someone();
    const { user } = person;
    const to = `taken-${people}@example.org`;
    const id = idOf(1, 900_000 + people) as typeof user.id; // a brand over text
    const create: Change = { kind: 'create-user', user: { ...user, id, email: to } };
    const change: Change = { kind: 'change-email', userId: user.id, from: user.email, to, at };
    assert.deepEqual(await afterWaiting([create], [change]), { isCommitted: false, lost: 'change-email' });
  });

  test('an address changes waits, and nobody is created with it', async () => {
    const [person] = await someone();
    const { user } = person;
    const to = `given-${people}@example.org`;
    const id = idOf(1, 900_000 + people) as typeof user.id; // a brand over text
    const create: Change = { kind: 'create-user', user: { ...user, id, email: to } };
    const change: Change = { kind: 'change-email', userId: user.id, from: user.email, to, at };
    assert.deepEqual(await afterWaiting([change], [create]), { isCommitted: false, lost: 'create-user' });
  });
});

describe('an address that its owner may take back', () => {
  /** The owner moves away, and may come back by a link. */
  function giveUp({ user }: Person): Change[] {
    const link = {
      ...linkOf(user.id, 800_000 + people, home),
      kind: 'undo-changes' as const,
      details: { since: at, previousEmail: user.email },
    };
    return [
      { kind: 'hold-user', userId: user.id },
      { kind: 'change-email', userId: user.id, from: user.email, to: `away-${people}@example.org`, at },
      { kind: 'create-link', link },
    ];
  }

  test('is not created with by who waits for it to be given up', async () => {
    const [person] = await someone();
    const { user } = person;
    const id = idOf(1, 900_000 + people) as typeof user.id; // a brand over text
    const create: Change = { kind: 'create-user', user: { ...user, id } };
    assert.deepEqual(await afterWaiting(giveUp(person), [create]), {
      isCommitted: false,
      lost: 'create-user',
    });
  });

  test('is not moved to by who waits for it to be given up', async () => {
    const [{ user: thief }] = await someone();
    const [person] = await someone();
    const { email: to } = person.user;
    const move: Change = { kind: 'change-email', userId: thief.id, from: thief.email, to, at };
    assert.deepEqual(await afterWaiting(giveUp(person), [move]), {
      isCommitted: false,
      lost: 'change-email',
    });
  });

  test('stays so however they meet, and comes back', async () => {
    const racers = openStore({ url: stage.url, size: 8 });
    const commit = (...changes: Change[]) => racers.commit({ tenant: home, changes, events: [] });
    for (let round = 0; round < rounds; round += 1) {
      const [{ user: thief }] = await someone();
      const [person] = await someone();
      const { user } = person;
      const id = idOf(1, 900_000 + people) as typeof user.id; // a brand over text
      const away = giveUp(person);
      const taken = await Promise.all([
        commit({ kind: 'create-user', user: { ...user, id } }),
        commit(...away),
        commit({ kind: 'change-email', userId: thief.id, from: thief.email, to: user.email, at }),
      ]);
      const hasWon = taken.map(({ isCommitted }) => isCommitted);
      assert.deepEqual(hasWon, [false, true, false], `round ${round}`);
      const from = `away-${people}@example.org`;
      const back = await commit({ kind: 'change-email', userId: user.id, from, to: user.email, at });
      assert.ok(back.isCommitted);
    }
    await racers.close();
    assert.equal(await deadlocks(stage.store), 0);
  });
});

for (const kind of ['remove-authenticators-since', 'remove-second-factors'] as const)
  test(`a passkey that is added at the moment of ${kind} goes too`, async () => {
    const [person, number] = await someone();
    const outcome = await afterWaiting([cases['add-passkey'](person, number)], [cases[kind](person)]);
    assert.ok(outcome.isCommitted);
    const held = await stage.store.pool.query('SELECT FROM passkeys WHERE user_id = $1', [person.user.id]);
    assert.equal(held.rowCount, 0);
  });

test('recovery codes that are made at the moment when all of them go, go too', async () => {
  const [person, number] = await someone();
  const outcome = await afterWaiting(
    [cases['replace-recovery-codes'](person, number)],
    [cases['remove-recovery-codes'](person)],
  );
  assert.ok(outcome.isCommitted);
  const { id } = person.user;
  const held = await stage.store.pool.query('SELECT FROM recovery_code_sets WHERE user_id = $1', [id]);
  assert.equal(held.rowCount, 0);
});

test('a first password that is set at the moment when new ones are taken back goes too', async () => {
  const [person] = await someone();
  const { id: userId } = person.user;
  const close = cases['close-password'](person);
  assert.ok((await commitAlone(stage.url, { tenant: home, changes: [close] })).isCommitted);
  const set: Change = { kind: 'set-password', userId, phc: 'a first one', expected: null, at: at + 1 };
  const outcome = await afterWaiting([{ kind: 'hold-user', userId }, set], [close]);
  assert.ok(outcome.isCommitted);
  const held = await stage.store.pool.query('SELECT FROM passwords WHERE user_id = $1', [userId]);
  assert.equal(held.rowCount, 0);
});

test('whatever happens to one person at once never deadlocks', async () => {
  const racers = openStore({ url: stage.url, size: 12 });
  for (let round = 0; round < rounds; round += 1) {
    const [person, number] = await someone();
    const { id: userId, email } = person.user;
    const commit = (...changes: Change[]) => racers.commit({ tenant: home, changes, events: [] });
    await Promise.all([
      commit(...signIn(person)),
      commit(cases['replace-recovery-codes'](person, number)),
      commit(cases['add-passkey'](person, number), cases['remove-authenticator'](person, number)),
      commit(cases['add-totp'](person, number), cases['replace-recovery-codes'](person, number)),
      commit(cases['start-recovery'](person, number)),
      commit({ kind: 'remove-second-factors', userId }, ...signIn(person)),
      commit(cases['remove-authenticators-since'](person), cases['close-password'](person)),
      commit(
        { kind: 'change-email', userId, from: email, to: `beside-${round}@example.org`, at },
        { kind: 'end-sessions-of-user', userId, reason: 'email-changed', at, by },
      ),
      commit(cases['begin-sign-in'](person, number)),
      // Whoever goes on or finishes holds the user first.
      commit({ kind: 'hold-user', userId }, cases['finish-sign-in'](person, number), ...signIn(person)),
      commit(cases['use-totp'](person, number), ...signIn(person)),
      commit(cases['use-passkey'](person, number), ...signIn(person)),
      commit(cases['use-recovery-code'](person, number), ...signIn(person)),
      commit(cases['take-guess'](person)),
      commit(...signIn(person), cases['remember-device'](person)),
      commit({ kind: 'set-user-status', userId, status: 'disabled' }),
    ]);
  }
  await racers.close();
  assert.equal(await deadlocks(stage.store), 0);
});
