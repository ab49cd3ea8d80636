import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { ClientId, GrantId, Instant, SessionId, TenantId } from '@argus/contract';
import type { Change } from '@argus/core';
import { takeLogoutDeliveries } from '@argus/store';
import { by, roomFor } from './change-cases.ts';
import { clientOf } from './oauth-stage.ts';
import { at, home, idOf, openStage, other, type Person, personOf, type Stage, seed } from './stage.ts';

let stage: Stage;
let made = 0;
before(async () => {
  stage = await openStage();
});
beforeEach(async () => {
  await stage.store.pool.query('DELETE FROM logout_deliveries');
});
after(() => stage[Symbol.asyncDispose]());

const take = (now: Instant = at, limit = 100) => takeLogoutDeliveries(stage.store.pool, { now, limit });

async function write(tenant: TenantId, ...changes: Change[]): Promise<void> {
  const written = await stage.store.commit({ tenant, changes, events: [] });
  assert.ok(written.isCommitted, JSON.stringify(written));
}

/** A person who holds grants of these clients under one session. */
async function holding(clients: readonly string[], tenant: TenantId = home): Promise<Person> {
  made += 1;
  const number = made;
  const person = await seed(stage.store, personOf(tenant, number));
  for (const [place, clientId] of clients.entries())
    await write(tenant, {
      kind: 'create-grant',
      grant: {
        ...person.grant,
        // Brands over text, from the same shape of id.
        id: idOf(4, 100_000 * (place + 1) + number) as GrantId,
        clientId: clientId as ClientId,
      },
    });
  return person;
}

async function client(
  changes: Partial<ReturnType<typeof clientOf>> = {},
  tenant: TenantId = home,
): Promise<ClientId> {
  made += 1;
  const created = clientOf(tenant, made, changes);
  await write(tenant, { kind: 'create-client', client: created });
  return created.id;
}

const end = ({ session }: Person): Change => ({
  kind: 'end-session',
  sessionId: session.id,
  reason: 'signed-out',
  at,
  by,
});

describe('when a session ends,', () => {
  test('each client that holds a grant under it and wants to hear has one delivery', async () => {
    const [one, two] = [await client(), await client()];
    const person = await holding([one, two, one]);
    await write(home, end(person));
    const taken = await take();
    assert.deepEqual(new Set(taken.map(({ clientId }) => clientId)), new Set([one, two]));
    assert.equal(taken.length, 2);
    const delivery = taken.find(({ clientId }) => clientId === one);
    assert.deepEqual(delivery, {
      id: `${person.session.id}.${one}`,
      tenant: home,
      clientId: one,
      userId: person.user.id,
      sessionId: person.session.id,
      createdAt: at,
      attempts: 1,
      dueAt: at + 60_000,
      uri: 'https://client-of-default.example/logout',
    });
  });

  test('a client hears too when its grant had ended before', async () => {
    const one = await client();
    const person = await holding([one]);
    await write(home, { kind: 'end-grants-of-client', clientId: one, reason: 'token-revoked', at });
    assert.deepEqual(await take(), [], 'a grant that ends alone is not the end of a session');
    await write(home, end(person));
    assert.equal((await take()).length, 1);
  });

  test('Argus’s own grant, a client without a logout URI and a disabled one cause none', async () => {
    const { backchannelLogoutUri: _, ...deaf } = clientOf(home, 1).settings;
    const clients = [await client({ settings: deaf }), await client({ status: 'disabled' }), 'argus'];
    await write(home, end(await holding(clients)));
    assert.equal((await stage.store.pool.query('SELECT FROM logout_deliveries')).rowCount, 0);
  });

  test('a client of the same name in another tenant would not hear', async () => {
    const theirs = await client({}, other);
    await write(home, end(await holding([theirs])));
    assert.equal((await stage.store.pool.query('SELECT FROM logout_deliveries')).rowCount, 0);
  });

  test('a commit that is lost leaves none', async () => {
    const person = await holding([await client()]);
    const late: Change = { ...end(person), sessionId: idOf(3, 99_999) as SessionId } as Change; // a brand over text
    const written = await stage.store.commit({ tenant: home, changes: [end(person), late], events: [] });
    assert.deepEqual(written, { isCommitted: false, lost: 'end-session' });
    assert.deepEqual(await take(), []);
  });

  test('all ways of ending many tell of each', async () => {
    const one = await client();
    const [first, second] = [await holding([one]), await holding([one])];
    await write(home, {
      kind: 'end-sessions-of-user',
      userId: first.user.id,
      reason: 'password-changed',
      at,
      by,
    });
    const { id: userId } = second.user;
    await write(home, { kind: 'make-room', userId, sessionId: first.session.id, ...roomFor(1), at });
    assert.deepEqual(
      new Set((await take()).map(({ sessionId }) => sessionId)),
      new Set([first.session.id, second.session.id]),
    );
  });
});

describe('a delivery', () => {
  async function due(): Promise<Person> {
    const person = await holding([await client()]);
    await write(home, end(person));
    return person;
  }

  test('that was taken is not due until its lease is over, and then counts another attempt', async () => {
    await due();
    assert.deepEqual(await take(at - 1), []);
    assert.equal((await take()).length, 1);
    assert.deepEqual(await take(at + 59_999), []);
    const [again] = await take(at + 60_000);
    assert.equal(again?.attempts, 2);
  });

  test('that was put off is due when it was put off to', async () => {
    await due();
    const [taken] = await take();
    assert.ok(taken);
    const { id, attempts } = taken;
    await write(home, { kind: 'settle-logout-delivery', id, attempts, dueAt: at + 5000 });
    assert.deepEqual(await take(at + 4999), []);
    assert.equal((await take(at + 5000))[0]?.attempts, 2);
  });

  test('that is done is gone', async () => {
    await due();
    const [taken] = await take();
    assert.ok(taken);
    await write(home, { kind: 'settle-logout-delivery', id: taken.id, attempts: 1, dueAt: null });
    assert.deepEqual(await take(at + 86_400_000), []);
  });

  test('cannot be settled by whoever took it before and was too slow', async () => {
    await due();
    const [slow] = await take();
    const [next] = await take(at + 60_000);
    assert.ok(slow && next);
    const settle = (attempts: number): Change => ({
      kind: 'settle-logout-delivery',
      id: slow.id,
      attempts,
      dueAt: null,
    });
    const late = await stage.store.commit({ tenant: home, changes: [settle(slow.attempts)], events: [] });
    assert.equal(late.isCommitted, false);
    await write(home, settle(next.attempts));
  });

  test('goes to where its client wishes to hear by now, and nowhere when it does not', async () => {
    const one = await client();
    await write(home, end(await holding([one])));
    const { settings } = clientOf(home, 1);
    const change = (backchannelLogoutUri: string | undefined, expectedChangedAt: Instant): Change => ({
      kind: 'change-client',
      clientId: one,
      settings: { ...settings, backchannelLogoutUri },
      expectedChangedAt,
      at: expectedChangedAt + 1,
    });
    await write(home, change('https://moved.example/', at));
    assert.equal((await take())[0]?.uri, 'https://moved.example/');
    await write(home, change(undefined, at + 1));
    assert.deepEqual(await take(at + 60_000), []);
  });

  test('of many the longest due come first, no more than asked for', async () => {
    const one = await client();
    const people = [await holding([one]), await holding([one]), await holding([one])];
    for (const [place, person] of people.entries())
      await write(home, { ...end(person), at: at - place * 1000 } as Change); // the same change, earlier
    const order = [...(await take(at, 2)), ...(await take(at, 2))].map(({ sessionId }) => sessionId);
    const [, second, third] = people;
    assert.deepEqual(new Set(order.slice(0, 2)), new Set([third?.session.id, second?.session.id]));
    assert.equal(order.length, 3);
  });

  test('that nobody wants to hear stands in no other’s way', async () => {
    const deaf = await client();
    await write(home, end(await holding([deaf])));
    const heard = await due();
    await write(home, { kind: 'set-client-status', clientId: deaf, status: 'disabled', at });
    const taken = [...(await take(at, 1)), ...(await take(at, 1))];
    assert.deepEqual(
      taken.map(({ sessionId }) => sessionId),
      [heard.session.id],
    );
  });
});
