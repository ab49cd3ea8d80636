import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Change } from '@argus/core';
import { by, changeCases, linkOf } from './change-cases.ts';
import {
  at,
  eventOf,
  holdings,
  home,
  idOf,
  openStage,
  type Person,
  personOf,
  type Stage,
  seed,
} from './stage.ts';

let stage: Stage;
let people = 0;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

interface Guard {
  readonly what: string;
  readonly kind: Change['kind'];
  /** What has happened before. */
  readonly first?: (person: Person) => Change[];
  /** How the change differs from the one that would win. */
  readonly but?: (person: Person) => Partial<Change>;
}

const stranger = idOf(1, 77_777);
const end = ({ session }: Person): Change[] => [
  { kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by },
];
const disable = ({ user }: Person): Change[] => [
  { kind: 'set-user-status', userId: user.id, status: 'disabled' },
];
const unknown = () => ({ userId: stranger }) as Partial<Change>; // an id that nobody has

const guards: readonly Guard[] = [
  {
    what: 'the address is taken',
    kind: 'create-user',
    but: ({ user }) => ({ user: { ...user, id: idOf(1, 88_888) as typeof user.id } }),
  },
  { what: 'there is a password already', kind: 'set-password', but: () => ({ expected: null }) },
  { what: 'the password is another by now', kind: 'set-password', but: () => ({ expected: 'an older one' }) },
  { what: 'nobody is there', kind: 'set-password', but: unknown },
  { what: 'the password was changed', kind: 'expect-password', but: () => ({ phc: 'an older one' }) },
  { what: 'nobody is there', kind: 'set-user-status', but: unknown },
  { what: 'nobody is there', kind: 'set-user-name', but: unknown },
  { what: 'nobody is there', kind: 'set-user-roles', but: unknown },
  { what: 'nobody is there', kind: 'hold-user', but: unknown },
  { what: 'the user is disabled', kind: 'hold-user', first: disable },
  { what: 'the session has ended', kind: 'hold-session', first: end },
  { what: 'it is somebody else’s session', kind: 'hold-session', but: unknown },
  {
    what: 'the secret names another device already',
    kind: 'see-device',
    but: ({ device }) => ({ device: { ...device, id: idOf(2, 88_888) as typeof device.id } }),
  },
  { what: 'the user is disabled', kind: 'create-session', first: disable },
  { what: 'the session has ended', kind: 'create-grant', first: end },
  { what: 'the user is disabled', kind: 'create-grant', first: disable },
  { what: 'the session has ended', kind: 'end-session', first: end },
  { what: 'it is somebody else’s session', kind: 'end-session', but: unknown },
  {
    what: 'there is no such session',
    kind: 'end-session',
    but: () => ({ sessionId: idOf(3, 99_999) }) as Partial<Change>,
  },
  { what: 'it has not expired', kind: 'end-session', but: () => ({ ifExpired: true }) },
  {
    what: 'the grant has ended',
    kind: 'end-grant',
    first: ({ grant }) => [{ kind: 'end-grant', grantId: grant.id, reason: 'replaced', at }],
  },
  { what: 'the link was used', kind: 'use-link', first: (person) => [useLink(person)] },
  { what: 'the link has expired', kind: 'use-link', but: () => ({ at: at + 60_000 }) },
  { what: 'there is no such link', kind: 'use-link', but: () => ({ tokenHash: Buffer.alloc(32, 9) }) },
  { what: 'the tenant exists', kind: 'create-tenant', but: () => ({ kind: 'create-tenant' }) },
];

function useLink(person: Person): Change {
  return changeCases['use-link'](person, numberOf(person));
}

function numberOf({ user }: Person): number {
  return Number.parseInt(user.id.slice(-12), 16);
}

async function someone(): Promise<Person> {
  people += 1;
  const person = await seed(stage.store, personOf(home, people));
  const link = linkOf(person.user.id, people, home);
  await stage.store.commit({ tenant: home, changes: [{ kind: 'create-link', link }], events: [] });
  return person;
}

describe('a change that does not find what it expects loses, and nothing of its commit is written:', () => {
  for (const { what, kind, first, but } of guards) {
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
    const expectsNothing = [
      'end-sessions-of-user',
      'limit-sessions',
      'create-link',
      'be-first-administrator',
    ];
    const missing = Object.keys(changeCases).filter(
      (kind) => !expectsNothing.includes(kind) && !guards.some((guard) => guard.kind === kind),
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
