import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { GrantId, SessionId } from '@argus/contract';
import type { Change, Rotation } from '@argus/core';
import { by } from './change-cases.ts';
import { at, home, idOf, openStage, type Person, personOf, rotationOf, type Stage, seed } from './stage.ts';

let stage: Stage;
let people = 0;
/** The grants of each rotation statement, in the order the statements were sent. */
const statements: string[][] = [];

before(async () => {
  stage = await openStage();
  const { pool } = stage.store;
  const query: (...asked: unknown[]) => Promise<never> = pool.query.bind(pool);
  // The store asks the pool by `query`; watching it shows what shared a statement.
  Object.assign(pool, {
    query: (...asked: readonly [{ name?: string; values?: unknown[] }]) => {
      const [{ name, values }] = asked;
      if (name === 'rotate-grants') statements.push(values?.[1] as string[]); // the second column is the grants
      return query(...asked);
    },
  });
});
after(() => stage[Symbol.asyncDispose]());

async function someone(): Promise<Person> {
  people += 1;
  return seed(stage.store, personOf(home, people));
}

async function write(change: Change): Promise<void> {
  assert.ok((await stage.store.commit({ tenant: home, changes: [change], events: [] })).isCommitted);
}

async function factsOf({ grant }: Person) {
  const facts = await stage.store.refreshFacts({ tenant: home, grantId: grant.id });
  assert.ok(facts);
  return facts;
}

async function rotatedEvents({ grant }: Person): Promise<number> {
  const { rows } = await stage.store.pool.query(
    "SELECT count(*) AS written FROM audit_events WHERE grant_id = $1 AND type = 'session.refreshed'",
    [grant.id],
  );
  return rows[0].written;
}

/** What keeps a rotation from winning: a state of the database, or an expectation that does not hold. */
const losses: readonly [what: string, (person: Person) => Promise<Partial<Rotation> | undefined>][] = [
  ['the grant is a generation further', async () => ({ fromGeneration: 0 })],
  ['the generation is not yet reached', async () => ({ fromGeneration: 2 })],
  ['the policy has changed', async () => ({ policyVersion: 2 })],
  ['the session is another', async () => ({ sessionId: idOf(3, 70_001) as SessionId })],
  ['the grant does not exist', async () => ({ grantId: idOf(4, 70_001) as GrantId })],
  ['the tenant is another', async () => ({ tenant: 'other' })],
  ['the tenant does not exist', async () => ({ tenant: 'nowhere' })],
  ['the idle limit has passed', async ({ session }) => ({ at: session.idleExpiresAt })],
  ['the absolute limit has passed', async ({ session }) => ({ at: session.absoluteExpiresAt })],
  [
    'the session has ended',
    async ({ session }) => {
      await write({ kind: 'end-session', sessionId: session.id, reason: 'signed-out', at, by });
      return undefined;
    },
  ],
  [
    'the grant has ended',
    async ({ grant }) => {
      await write({ kind: 'end-grant', grantId: grant.id, reason: 'replaced', at });
      return undefined;
    },
  ],
  [
    'the user is disabled',
    async ({ user }) => {
      await write({ kind: 'set-user-status', userId: user.id, status: 'disabled' });
      return undefined;
    },
  ],
];

test('in one statement some win and some lose, each by its own guard alone', async () => {
  const winners = [await someone(), await someone(), await someone()];
  const losers = await Promise.all(
    losses.map(async ([what, arrange]) => {
      const person = await someone();
      return { what, person, rotation: rotationOf(person, await arrange(person)) };
    }),
  );
  statements.length = 0;
  const asked = [...winners.map((person) => rotationOf(person)), ...losers.map(({ rotation }) => rotation)];
  const outcomes = await Promise.all(asked.map((rotation) => stage.store.rotate(rotation)));
  assert.equal(statements.length, 1, 'they must share a statement, or this test proves nothing');
  assert.deepEqual(outcomes.slice(0, 3), [true, true, true]);
  for (const [place, { what, person }] of losers.entries()) {
    assert.equal(outcomes[3 + place], false, what);
    assert.equal((await factsOf(person)).grant.generation, 1, what);
    assert.equal(await rotatedEvents(person), 0, what);
  }
  for (const person of winners) {
    const { grant, session } = await factsOf(person);
    assert.deepEqual(
      [grant.generation, grant.rotatedIp, grant.rotatedUserAgent],
      [2, '192.0.2.99', 'who rotated'],
    );
    assert.equal(session.lastActiveAt, at + 60_000);
    assert.equal(await rotatedEvents(person), 1);
  }
});

test('a policy that changed between decision and statement makes it lose', async () => {
  const person = await someone();
  await stage.store.pool.query("UPDATE tenants SET policy_version = 2 WHERE id = 'default'");
  assert.equal(await stage.store.rotate(rotationOf(person)), false);
  assert.equal(await stage.store.rotate(rotationOf(person, { policyVersion: 2 })), true);
  await stage.store.pool.query("UPDATE tenants SET policy_version = 1 WHERE id = 'default'");
});

test('of a hundred rotations of one grant one wins, and no statement holds it twice', async () => {
  const person = await someone();
  const neighbour = await someone();
  statements.length = 0;
  const hundred = Array.from({ length: 100 }, () => stage.store.rotate(rotationOf(person)));
  const beside = stage.store.rotate(rotationOf(neighbour));
  const outcomes = await Promise.all(hundred);
  assert.equal(outcomes.filter((hasWon) => hasWon).length, 1);
  assert.equal(await beside, true);
  for (const grants of statements) assert.equal(new Set(grants).size, grants.length);
  assert.equal(await rotatedEvents(person), 1);
});

test('of two servers that rotate one grant at once one wins, round after round', async () => {
  const { openStore } = await import('@argus/store');
  await using second = openStore({ url: stage.url, size: 2 });
  for (let round = 0; round < 20; round += 1) {
    const person = await someone();
    const outcomes = await Promise.all([
      stage.store.rotate(rotationOf(person)),
      second.rotate(rotationOf(person)),
    ]);
    assert.deepEqual(
      outcomes.toSorted((a, b) => Number(a) - Number(b)),
      [false, true],
      `round ${round}`,
    );
    assert.equal(await rotatedEvents(person), 1);
  }
});

test('a member that breaks the statement fails alone', async () => {
  const people = [await someone(), await someone(), await someone(), await someone()] as const;
  const asked = people.map((person, place) => rotationOf(person, place === 2 ? { ip: 'no address' } : {}));
  statements.length = 0;
  const settled = await Promise.allSettled(asked.map((rotation) => stage.store.rotate(rotation)));
  assert.equal(statements[0]?.length, 4, 'they must share a statement, or this test proves nothing');
  assert.deepEqual(
    settled.map((each) => (each.status === 'fulfilled' ? each.value : 'failed')),
    [true, true, 'failed', true],
  );
  assert.deepEqual(await Promise.all(people.map(rotatedEvents)), [1, 1, 0, 1]);
});

describe('the activity that a rotation reports', () => {
  test('never moves a session backwards', async () => {
    const person = await someone();
    const stale = { lastActiveAt: at - 60_000, idleExpiresAt: at + 1000 };
    assert.equal(await stage.store.rotate(rotationOf(person, stale)), true);
    const { session } = await factsOf(person);
    assert.deepEqual([session.lastActiveAt, session.idleExpiresAt], [at, person.session.idleExpiresAt]);
  });

  test('of two grants of one session in one statement is the later of both', async () => {
    const person = await someone();
    const second = { ...person.grant, id: idOf(4, 60_000 + people) as GrantId };
    await write({ kind: 'create-grant', grant: second });
    const early = rotationOf(person, { lastActiveAt: at + 10_000, idleExpiresAt: at + 1_810_000 });
    const late = rotationOf(person, { lastActiveAt: at + 50_000, idleExpiresAt: at + 1_850_000 });
    statements.length = 0;
    // Both ways round, because which of the two rows PostgreSQL takes is its own affair.
    const rotations = [
      [early, { ...late, grantId: second.id }],
      [
        { ...late, fromGeneration: 2, lastActiveAt: at + 70_000, eventId: idOf(6, 900_001) },
        {
          ...early,
          grantId: second.id,
          fromGeneration: 2,
          lastActiveAt: at + 65_000,
          eventId: idOf(6, 900_002),
        },
      ],
    ] as const;
    for (const [place, pair] of rotations.entries()) {
      assert.deepEqual(await Promise.all(pair.map((rotation) => stage.store.rotate(rotation))), [true, true]);
      assert.equal(statements.length, place + 1);
      assert.equal((await factsOf(person)).session.lastActiveAt, at + (place === 0 ? 50_000 : 70_000));
    }
  });
});
