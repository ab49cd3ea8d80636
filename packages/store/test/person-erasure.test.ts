import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { AuditEvent } from '@argus/core';
import { erasePersonPiece, forgetExpired, forgetFeedEvents, personTables, takeErasures } from '@argus/store';
import { identityOf } from './oauth-stage.ts';
import { erasureOf, furnishWhole } from './person-stage.ts';
import { settle } from './service-stage.ts';
import { at, holdings, home, idOf, openStage, other, type Person, personOf, type Stage } from './stage.ts';

let stage: Stage;
before(async () => {
  stage = await openStage();
});
after(() => stage[Symbol.asyncDispose]());

let people = 0;
async function someone(tenant: TenantId = home): Promise<Person> {
  people += 1;
  return furnishWhole(stage.store, tenant, people);
}

async function begin(person: Person): Promise<void> {
  const written = await stage.store.commit({ tenant: person.tenant, changes: erasureOf(person), events: [] });
  assert.ok(written.isCommitted);
}

let epitaphs = 0;
function piece({ tenant, user }: Person, limit: number, pool = stage.store.pool): Promise<boolean> {
  epitaphs += 1;
  const epitaph: AuditEvent = { id: idOf(9, epitaphs), at, type: 'user.erased', actor: 'system' };
  return erasePersonPiece(pool, { tenant, userId: user.id, limit, epitaph });
}

async function erase(person: Person, limit = 1000): Promise<number> {
  await begin(person);
  let pieces = 1;
  while (!(await piece(person, limit))) pieces += 1;
  return pieces;
}

/** Everything of the person that could be told from anybody else’s. */
const marksOf = ({ tenant, user, device, session, grant }: Person, number = people) => [
  user.id,
  user.email,
  device.id,
  session.id,
  grant.id,
  idOf(3, 20_000 + number),
  idOf(4, 20_000 + number),
  `next-of-${number}-of-${tenant}@example.org`,
  `was-${number}@example.org`,
  `${identityOf(personOf(tenant, number), number).subject}"`,
  Buffer.from(device.secretHash).toString('hex'),
];

/** What an installation still holds once everything that expires has. */
async function left(tenant?: TenantId): Promise<Record<string, string>> {
  await settle(stage.store, home);
  await settle(stage.store, other);
  const old = { now: at + 400 * 86_400_000, limit: 10_000 };
  await forgetExpired(stage.store.pool, old);
  await forgetFeedEvents(stage.store.pool, old);
  return holdings(stage.store, tenant);
}

describe('an erased person', () => {
  test('held something in every table that can hold somebody', async () => {
    const person = await someone();
    await begin(person);
    const { feed_pending } = await holdings(stage.store, home);
    await settle(stage.store, home);
    const held: Record<string, string | undefined> = { ...(await holdings(stage.store, home)), feed_pending };
    for (const [table, of] of Object.entries(personTables)) {
      if ('ofNobody' in of) continue;
      const ids = [person.user.id, person.session.id, person.grant.id, idOf(3, 20_000 + people)];
      assert.ok(
        ids.some((id) => held[table]?.includes(id)),
        `${table} holds nothing of the person, so that nothing about it is proved`,
      );
    }
  });

  test('is nowhere any more: in no table is an id, an address or a device of theirs', async () => {
    const person = await someone();
    const [ip, userAgent] = ['192.0.2.7', 'browser of default'];
    assert.ok((await erase(person)) === 1);
    for (const [table, rows] of Object.entries(await left()))
      for (const mark of marksOf(person)) assert.ok(!rows.includes(mark), `${mark} in ${table}`);
    const { rows } = await stage.store.pool.query<{ ip: string; user_agent: string }>(
      'SELECT host(ip) AS ip, user_agent FROM audit_events WHERE user_id = pseudonym($1, $2)',
      [Buffer.alloc(32, 7), person.user.id],
    );
    assert.ok(rows.length > 3);
    for (const row of rows) assert.ok(row.ip !== ip && row.user_agent !== userAgent);
  });

  test('leaves the address free', async () => {
    const person = await someone();
    await erase(person);
    const again = { ...person.user, id: idOf(1, 66_000) as Person['user']['id'] };
    const changes = [{ kind: 'create-user' as const, user: again }];
    assert.ok((await stage.store.commit({ tenant: home, changes, events: [] })).isCommitted);
  });

  test('leaves everybody else as they were, in the tenant and in another that has the same ids', async () => {
    const neighbour = await someone();
    const person = await someone();
    const namesake = await furnishWhole(stage.store, other, people);
    const before = await left(other);
    const mine = await linesAbout(neighbour);
    await erase(person);
    assert.deepEqual(await left(other), before);
    assert.deepEqual(await linesAbout(neighbour), mine);
    assert.equal(namesake.user.id, person.user.id);
  });

  test('is told of under one pseudonym, in as many lines as before', async () => {
    const person = await someone();
    await begin(person);
    const before = await linesAbout(person);
    while (!(await piece(person, 7)));
    const { rows } = await stage.store.pool.query<AuditRow>(
      `SELECT * FROM audit_events WHERE user_id = pseudonym($1, $2) AND type <> 'user.erased' ORDER BY id`,
      [Buffer.alloc(32, 7), person.user.id],
    );
    const plain = ({ id, at: when, type, reason }: AuditRow) => ({ id, when, type, reason });
    assert.deepEqual(rows.map(plain), before.map(plain));
    assert.equal(new Set(rows.map(({ session_id }) => session_id).filter(Boolean)).size, 2);
  });

  test('is taken out of what others did, and others keep where they did it from', async () => {
    const person = await someone();
    await erase(person);
    const pseudonym = await pseudonymOf(person);
    const lines = async (type: string) =>
      (
        await stage.store.pool.query<AuditRow>(
          'SELECT *, host(ip) AS from FROM audit_events WHERE type = $1',
          [type],
        )
      ).rows;
    const refused = (await lines('administration.refused')).find(
      ({ details }) => details.targetId === pseudonym,
    );
    assert.equal(refused?.from, '203.0.113.77');
    const changed = (await lines('user.roles-changed')).find(({ user_id }) => user_id === pseudonym);
    assert.deepEqual([changed?.from, changed?.details], ['203.0.113.77', { roles: ['editor'] }]);
    const done = (await lines('user.disabled')).find(({ actor }) => actor === `administrator:${pseudonym}`);
    assert.deepEqual([done?.from, done?.user_agent], [null, null]);
    assert.ok(
      (await lines('recovery.completed')).some(
        ({ details }) => details.startedBy === `administrator:${pseudonym}`,
      ),
    );
  });
});

interface AuditRow {
  readonly id: string;
  readonly at: number;
  readonly type: string;
  readonly actor: string;
  readonly reason: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly user_agent: string | null;
  readonly from: string | null;
  readonly details: Readonly<Record<string, unknown>>;
}

async function linesAbout({ tenant, user }: Person): Promise<AuditRow[]> {
  const { rows } = await stage.store.pool.query<AuditRow>(
    'SELECT * FROM audit_events WHERE tenant_id = $1 AND user_id = $2 ORDER BY id',
    [tenant, user.id],
  );
  assert.ok(rows.length > 3);
  return rows;
}

async function pseudonymOf({ user }: Person): Promise<string> {
  const { rows } = await stage.store.pool.query<{ id: string }>('SELECT pseudonym($1, $2) AS id', [
    Buffer.alloc(32, 7),
    user.id,
  ]);
  return rows[0]?.id ?? '';
}

describe('an erasure', () => {
  test('goes in pieces, each of which leaves the database whole', async () => {
    const person = await someone();
    assert.ok((await erase(person, 3)) > 10);
  });

  test('goes on where it was after it was killed at any statement', async () => {
    const person = await someone();
    await begin(person);
    let isDone = false;
    for (let fatal = 1; !isDone; fatal += 1) {
      const before = await holdings(stage.store);
      const dying = dyingAt(fatal);
      isDone = await piece(person, 40, dying.pool).catch(async (error: Error) => {
        assert.equal(error.message, 'killed');
        assert.deepEqual(await holdings(stage.store), before, 'half a piece stays');
        return false;
      });
      assert.ok(fatal < 400);
    }
    for (const [table, rows] of Object.entries(await left()))
      for (const mark of marksOf(person)) assert.ok(!rows.includes(mark), `${mark} in ${table}`);
  });

  test('of nobody, of somebody who is not being erased and of a namesake elsewhere does nothing', async () => {
    const person = await someone();
    const namesake = await furnishWhole(stage.store, other, people);
    await begin(person);
    const before = await holdings(stage.store);
    assert.equal(await piece(namesake, 1000), true);
    assert.equal(
      await piece({ ...person, user: { ...person.user, id: idOf(1, 77_777) as never } }, 1000),
      true,
    );
    assert.deepEqual(await holdings(stage.store), before);
  });

  test('waits for mails and for applications that must hear, and not for good', async () => {
    const person = await someone();
    await begin(person);
    const isDue = async (patientSince: number) =>
      (await takeErasures(stage.store.pool, { now: at, patientSince, limit: 100 })).some(
        ({ userId }) => userId === person.user.id,
      );
    assert.equal(await isDue(at - 1), false);
    assert.equal(await isDue(at), true);
    const gone = [person.tenant, person.user.id];
    await stage.store.pool.query('DELETE FROM mails WHERE tenant_id = $1 AND user_id = $2', gone);
    assert.equal(await isDue(at - 1), false);
    await stage.store.pool.query(
      `DELETE FROM logout_deliveries WHERE tenant_id = $1 AND session_id IN (
         SELECT id FROM sessions WHERE tenant_id = $1 AND user_id = $2)`,
      gone,
    );
    assert.equal(await isDue(at - 1), true);
  });
});

/** The pool, whose connection breaks at the statement of this number. */
function dyingAt(fatal: number): { pool: typeof stage.store.pool } {
  let count = 0;
  const pool = new Proxy(stage.store.pool, {
    get(target, name) {
      if (name !== 'connect') return Reflect.get(target, name);
      return async () => {
        const client = await target.connect();
        return new Proxy(client, {
          get(of, member) {
            const value = Reflect.get(of, member);
            if (member !== 'query') return typeof value === 'function' ? value.bind(of) : value;
            return (...asked: unknown[]) => {
              count += 1;
              const isEnding = asked[0] === 'ROLLBACK';
              if (count === fatal && !isEnding) return Promise.reject(new Error('killed'));
              return Reflect.apply(value, of, asked);
            };
          },
        });
      };
    },
  });
  return { pool };
}

describe('the audit log', () => {
  const refused = { code: '23001', message: /append-only/ };
  /** In a transaction that says whom it erases. */
  const say = async (whom: string, sql: string, values: unknown[] = []) => {
    const client = await stage.store.pool.connect();
    try {
      await client.query('BEGIN');
      await client.query("SELECT set_config('argus.erasing_person', $1, true)", [whom]);
      return (await client.query(sql, values)).rowCount;
    } finally {
      await client.query('ROLLBACK');
      client.release();
    }
  };
  const rewrite = `UPDATE audit_events e
    SET (actor, user_id, session_id, grant_id, device_id, ip, user_agent, details) = (
      SELECT p.actor, p.user_id, p.session_id, p.grant_id, p.device_id, p.ip, p.user_agent, p.details
      FROM pseudonymised(e, $1, $2) p)
    WHERE user_id = $1`;

  test('lets nobody’s lines become pseudonymous who is not being erased, whatever a transaction says', async () => {
    const { tenant, user } = await someone();
    await assert.rejects(say(`${tenant} ${user.id}`, rewrite, [user.id, Buffer.alloc(32, 7)]), refused);
  });

  test('changes a line of somebody who is being erased in one way and no other', async () => {
    const person = await someone();
    const bystander = await someone();
    await begin(person);
    const { tenant, user } = person;
    const whom = `${tenant} ${user.id}`;
    const theirs = `WHERE user_id = '${user.id}'`;
    const attempts = [
      `UPDATE audit_events SET reason = 'nothing happened' ${theirs}`,
      `UPDATE audit_events SET at = at + interval '1 day' ${theirs}`,
      `UPDATE audit_events SET type = 'mail.sent' ${theirs}`,
      `UPDATE audit_events SET user_id = NULL ${theirs}`,
      `UPDATE audit_events SET ip = NULL, user_agent = NULL ${theirs}`,
      `UPDATE audit_events SET user_id = '${bystander.user.id}' ${theirs}`,
      `UPDATE audit_events SET user_id = pseudonym('\\x00', user_id) ${theirs}`,
      `UPDATE audit_events SET at = at ${theirs}`,
      `UPDATE audit_events SET user_id = '${user.id}' WHERE user_id = '${bystander.user.id}'`,
      `UPDATE audit_events SET ip = NULL WHERE user_id = '${bystander.user.id}'`,
      `DELETE FROM audit_events ${theirs}`,
      'TRUNCATE audit_events',
    ];
    for (const sql of attempts) await assert.rejects(say(whom, sql), refused, sql);
    // With another key the pseudonym could be told from the id; with the erasure's own it is the one that is taken.
    await assert.rejects(say(whom, rewrite, [user.id, Buffer.alloc(32, 8)]), refused);
    assert.ok(((await say(whom, rewrite, [user.id, Buffer.alloc(32, 7)])) ?? 0) > 3);
  });

  test('tells no line of a namesake in another tenant', async () => {
    const person = await someone();
    await furnishWhole(stage.store, other, people);
    await begin(person);
    const { tenant, user } = person;
    const sql = rewrite.replace('WHERE user_id = $1', `WHERE user_id = $1 AND tenant_id = '${other}'`);
    await assert.rejects(say(`${tenant} ${user.id}`, sql, [user.id, Buffer.alloc(32, 7)]), refused);
  });
});

test('a pseudonym is a UUID that its key alone leads to', async () => {
  const of = async (key: Buffer, id: string) =>
    (await stage.store.pool.query<{ p: string }>('SELECT pseudonym($1, $2) AS p', [key, id])).rows[0]?.p ??
    '';
  const id = idOf(1, 1);
  const made = await of(Buffer.alloc(32, 1), id);
  assert.match(made, /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(await of(Buffer.alloc(32, 1), id), made);
  assert.notEqual(await of(Buffer.alloc(32, 2), id), made);
  assert.notEqual(await of(Buffer.alloc(32, 1), idOf(1, 2)), made);
});
