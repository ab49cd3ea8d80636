import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Change } from '@argus/core';
import { authenticatorGuards } from './authenticator-guards.ts';
import { furnish } from './authenticator-stage.ts';
import { by, changeCases, linkOf } from './change-cases.ts';
import { end, guards, numberOf } from './guard-cases.ts';
import { importGuards } from './import-guards.ts';
import { expectsOnlyTheSchema, oauthGuards } from './oauth-guards.ts';
import { serviceGuards } from './service-guards.ts';
import { at, eventOf, holdings, home, idOf, openStage, other, type Person, type Stage } from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
  await furnish(stage.store, other, 1);
  const settings = { hosts: ['taken.example'], domains: ['taken.example'] };
  await stage.store.commit({ tenant: other, changes: [{ kind: 'change-tenant', settings }], events: [] });
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  people += 1;
  const person = await furnish(stage.store, home, people);
  const link = linkOf(person.user.id, people, home);
  await stage.store.commit({ tenant: home, changes: [{ kind: 'create-link', link }], events: [] });
  return person;
}

/** What sweeps whatever is there. */
const sweeps: readonly Change['kind'][] = [
  'end-links',
  'end-sessions-beyond-policy',
  'tighten-sessions',
  'end-grants-beyond-policy',
  'remove-recovery-codes',
  'remove-authenticators-since',
  'remove-second-factors',
  'close-password',
  'forget-guesses',
  'forget-password-tries',
  'forget-devices',
];
const all = [...guards, ...oauthGuards, ...authenticatorGuards, ...serviceGuards, ...importGuards];

describe('a change that does not find what it expects loses, and nothing of its commit is written:', () => {
  for (const { what, kind, first, but } of all) {
    test(`${kind} when ${what}`, async () => {
      const person = await someone();
      if (first) {
        const arranged = await stage.store.commit({ tenant: home, changes: first(person), events: [] });
        assert.ok(arranged.isCommitted);
      }
      // The parts of one kind, which TypeScript cannot follow through the table.
      const change = { ...changeCases[kind](person, numberOf(person)), ...but?.(person) } as Change;
      const changes: Change[] = [changeCases['create-user'](person, people), change];
      const before = await holdings(stage.store);
      const written = await stage.store.commit({ tenant: home, changes, events: [eventOf()] });
      assert.deepEqual(written, { isCommitted: false, lost: kind });
      assert.deepEqual(await holdings(stage.store), before);
    });
  }

  test('be-first-administrator when there is one', async () => {
    const [first, second] = [await someone(), await someone()];
    const claim = ({ user }: Person): Change => ({ kind: 'be-first-administrator', userId: user.id });
    assert.ok((await stage.store.commit({ tenant: home, changes: [claim(first)], events: [] })).isCommitted);
    const before = await holdings(stage.store);
    const written = await stage.store.commit({ tenant: home, changes: [claim(second)], events: [eventOf()] });
    assert.deepEqual(written, { isCommitted: false, lost: 'be-first-administrator' });
    assert.deepEqual(await holdings(stage.store), before);
  });

  test('every change that expects anything is among these', () => {
    const expectsNothing: readonly string[] = [
      ...expectsOnlyTheSchema,
      'end-sessions-of-user',
      'send-mail',
      ...sweeps,
      'be-first-administrator',
    ];
    const missing = Object.keys(changeCases).filter(
      (kind) => !expectsNothing.includes(kind) && !all.some((guard) => guard.kind === kind),
    );
    assert.deepEqual(missing, []);
  });
});

test('a session that was over already may be ended again where that is allowed, and keeps its first reason', async () => {
  const person = await someone();
  await stage.store.commit({ tenant: home, changes: end(person), events: [] });
  const again: Change = {
    kind: 'end-session',
    sessionId: person.session.id,
    reason: 'refresh-reuse',
    at: at + 5000,
    by,
    orAlreadyEnded: true,
  };
  assert.deepEqual(await stage.store.commit({ tenant: home, changes: [again], events: [] }), {
    isCommitted: true,
    touched: [[]],
  });
  const { rows } = await stage.store.pool.query('SELECT end_reason FROM sessions WHERE id = $1', [
    person.session.id,
  ]);
  assert.equal(rows[0].end_reason, 'signed-out');
});

test('with a session all its grants end, for the same reason', async () => {
  const person = await someone();
  const second = { ...person.grant, id: idOf(4, 66_666) as Person['grant']['id'] };
  await stage.store.commit({ tenant: home, changes: [{ kind: 'create-grant', grant: second }], events: [] });
  await stage.store.commit({ tenant: home, changes: end(person), events: [] });
  const { rows } = await stage.store.pool.query(
    'SELECT status, end_reason FROM grants WHERE session_id = $1',
    [person.session.id],
  );
  assert.deepEqual(rows, Array(2).fill({ status: 'ended', end_reason: 'signed-out' }));
});

test('a fault in the audit event takes the changes with it, and the connection is whole again', async () => {
  const person = await someone();
  const before = await holdings(stage.store);
  const events = [eventOf(), eventOf({ id: 'no id at all' })];
  await assert.rejects(stage.store.commit({ tenant: home, changes: end(person), events }), { code: '22P02' });
  assert.deepEqual(await holdings(stage.store), before);
  assert.ok(
    (await stage.store.commit({ tenant: home, changes: end(person), events: [eventOf()] })).isCommitted,
  );
});
