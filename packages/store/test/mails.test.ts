import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Instant, TenantId } from '@argus/contract';
import type { Change, Mail } from '@argus/core';
import { takeMails } from '@argus/store';
import {
  at,
  home,
  idOf,
  mailOf,
  openStage,
  other,
  type Person,
  personOf,
  type Stage,
  seed,
} from './stage.ts';

let stage: Stage;
let made = 0;
const people: { [tenant: string]: Person } = {};
before(async () => {
  stage = await openStage();
  for (const tenant of [home, other]) people[tenant] = await seed(stage.store, personOf(tenant, 1));
});
beforeEach(() => stage.store.pool.query('DELETE FROM mails'));
after(() => stage[Symbol.asyncDispose]());

const take = (now: Instant = at, limit = 100) => takeMails(stage.store.pool, { now, limit });
const write = (tenant: TenantId, ...changes: Change[]) => stage.store.commit({ tenant, changes, events: [] });
const settle = (id: string, attempts: number, dueAt: Instant | null): Change => ({
  kind: 'settle-mail',
  id,
  attempts,
  dueAt,
});

async function send(changes: Partial<Mail> = {}, tenant: TenantId = home): Promise<Mail> {
  const person = people[tenant];
  assert.ok(person);
  made += 1;
  const mail = mailOf(person, made, changes);
  assert.ok((await write(tenant, { kind: 'send-mail', mail })).isCommitted);
  return mail;
}

async function waiting(): Promise<number> {
  return (await stage.store.pool.query('SELECT FROM mails')).rowCount ?? 0;
}

describe('a mail', () => {
  test('is taken once, and whoever died with it gives it back after a minute', async () => {
    const mail = await send();
    assert.deepEqual(await take(), [{ ...mail, tenant: home, attempts: 1 }]);
    assert.deepEqual(await take(at + 59_999), []);
    assert.deepEqual(await take(at + 60_000), [{ ...mail, tenant: home, attempts: 2 }]);
  });

  test('is not taken twice by many who ask at once', async () => {
    for (let count = 0; count < 12; count += 1) await send({ userId: null });
    const taken = (await Promise.all(Array.from({ length: 6 }, () => take(at, 5)))).flat();
    assert.equal(new Set(taken.map(({ id }) => id)).size, taken.length);
  });

  test('that is put off is due at that time; that is finished, never', async () => {
    const { id } = await send();
    await take();
    assert.ok((await write(home, settle(id, 1, at + 5000))).isCommitted);
    assert.deepEqual(await take(at + 4999), []);
    assert.equal((await take(at + 5000)).length, 1);
    assert.ok((await write(home, settle(id, 2, null))).isCommitted);
    assert.equal(await waiting(), 0);
  });

  test('cannot be settled by whoever took it before and was too slow', async () => {
    const { id } = await send();
    await take();
    await take(at + 60_000);
    assert.deepEqual(await write(home, settle(id, 1, null)), { isCommitted: false, lost: 'settle-mail' });
    assert.equal(await waiting(), 1);
  });

  test('cannot be about a user of another tenant', async () => {
    const stranger = await seed(stage.store, personOf(other, 2));
    const mail = mailOf(stranger, 9000);
    const before = await waiting();
    const written = await write(home, { kind: 'send-mail', mail });
    assert.deepEqual(written, { isCommitted: true, touched: [[]] });
    assert.equal(await waiting(), before);
  });
});

test('a tenant that sends much does not keep the mail of another waiting', async () => {
  for (let count = 0; count < 8; count += 1) await send({ userId: null });
  const theirs = await send({ createdAt: at + 10 }, other);
  const taken = await take(at + 10, 2);
  assert.deepEqual(taken.map(({ tenant }) => tenant).toSorted(), [home, other]);
  assert.ok(taken.some(({ id }) => id === theirs.id));
});

test('five of a kind wait for one user at most; one more is left out in silence', async () => {
  for (let count = 0; count < 5; count += 1) await send();
  const before = await waiting();
  made += 1;
  const person = people[home];
  assert.ok(person);
  const written = await write(home, { kind: 'send-mail', mail: mailOf(person, made) });
  assert.deepEqual(written, { isCommitted: true, touched: [[]] });
  assert.equal(await waiting(), before);
  await send({ kind: 'reset-password' });
  await send({}, other);
  assert.equal(await waiting(), before + 2, 'another kind and another user have their own five');
});

test('one that was sent makes room for the next', async () => {
  const sent = await send();
  for (let count = 0; count < 4; count += 1) await send();
  await take();
  await write(home, settle(sent.id, 1, null));
  await send();
  assert.equal(await waiting(), 5);
});

test('mails have ids of their own in each tenant', async () => {
  for (const tenant of [home, other]) await send({ id: idOf(8, 9999) }, tenant);
  await take();
  await write(home, settle(idOf(8, 9999), 1, null));
  assert.equal(await waiting(), 1);
});
