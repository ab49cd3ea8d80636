import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SessionId } from '@argus/contract';
import { deliverLogouts } from '@argus/server';
import { takeLogoutDeliveries } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { heardOf, type LogoutReceiver, listenForLogouts } from './logout-receiver.ts';
import { claimsIn, eventsOf, type Holder, letIn, newHolder } from './oauth-holders.ts';
import { issuerOf, openProvider, registerClient } from './oauth-stage.ts';

const hour = 3_600_000;
/** Real time: long enough for a request on this machine, however busy. */
const patientMs = 10_000;
let server: TestServer;
let receiver: LogoutReceiver;

before(async () => {
  server = await openProvider();
  receiver = await listenForLogouts();
  for (const id of ['app', 'second-app'])
    await registerClient(server, id, { backchannelLogoutUri: receiver.uri(`/${id}`) });
});
after(async () => {
  await receiver[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

const services = () => server.argus.services;

/** A person whose session ended, and who had let these clients in. */
async function signedOutOf(...clientIds: string[]): Promise<Holder> {
  const holder = await newHolder(server);
  for (const clientId of clientIds) await letIn(server, holder, clientId);
  await holder.browser.call('endSession');
  return holder;
}

async function waiting(): Promise<number> {
  const { rows } = await services().store.pool.query('SELECT count(*)::int AS n FROM logout_deliveries');
  return rows[0].n;
}

describe('several processes', () => {
  test('deliver everything, and nothing twice', async () => {
    await using other = await openProvider({
      clock: server.clock,
      databaseUrl: services().config.databaseUrl ?? '',
      config: { issuer: issuerOf(server), port: 0 },
    });
    const people = [];
    for (let at = 0; at < 20; at += 1) people.push(await signedOutOf('app', 'second-app'));
    const taken = await Promise.all([
      deliverLogouts(services(), patientMs),
      deliverLogouts(other.argus.services, patientMs),
    ]);
    assert.equal(taken[0] + taken[1], 40);
    for (const person of people) assert.equal(heardOf(receiver, person).length, 2);
    assert.equal(await waiting(), 0);
  });

  test('of which one dies with a delivery in its hands: another one delivers it when the lease is over', async () => {
    const holder = await signedOutOf('app');
    const inHand = await takeLogoutDeliveries(services().store.pool, { now: server.clock.now(), limit: 10 });
    assert.equal(inHand.length, 1);
    server.clock.advance(59_999);
    assert.equal(await deliverLogouts(services(), patientMs), 0);
    server.clock.advance(1);
    assert.equal(await deliverLogouts(services(), patientMs), 1);
    assert.equal(heardOf(receiver, holder).length, 1);
  });

  test('of which one is so slow that its lease ends: what it settles then counts for nothing', async () => {
    const held: (() => void)[] = [];
    await using slow = await listenForLogouts((_heard, response) => held.push(() => response.end()));
    await registerClient(server, 'slow-app', { backchannelLogoutUri: slow.uri() });
    const holder = await signedOutOf('slow-app');
    const first = slow.next();
    const running = deliverLogouts(services(), patientMs);
    await first;
    server.clock.advance(60_000);
    const second = slow.next();
    const rival = deliverLogouts(services(), patientMs);
    await second;
    for (const finish of held) finish();
    await Promise.all([running, rival]);
    assert.equal(await waiting(), 0);
    const told = (await eventsOf(server, 'logout.delivered')).filter(
      ({ sessionId }) => sessionId === holder.sessionId,
    );
    assert.deepEqual(
      told.map(({ details }) => details?.attempts),
      [2],
    );
  });
});

test('a thousand clients of one session are told, never more than a hundred at once', async () => {
  await using many = await listenForLogouts();
  const { store, clock, random } = services();
  const holder = await newHolder(server);
  const model = await registerClient(server, 'one-of-many', { backchannelLogoutUri: many.uri() });
  const ids = Array.from({ length: 1_000 }, (_, at) => `many-${at}` as typeof model.id); // named here
  const clients = ids.map((id) => ({
    kind: 'create-client' as const,
    client: { ...model, id, ownGrantId: random.uuid() as typeof model.ownGrantId },
  }));
  const grants = ids.map((clientId) => ({
    kind: 'create-grant' as const,
    grant: {
      id: random.uuid() as typeof model.ownGrantId,
      sessionId: holder.sessionId as SessionId,
      clientId,
      status: 'active' as const,
      generation: 1,
      secret: random.bytes(32),
      scope: 'openid',
      resources: [],
      jkt: null,
      createdAt: clock.now(),
      rotatedAt: clock.now(),
      expiresAt: clock.now() + hour,
      rotatedIp: '127.0.0.1',
      rotatedUserAgent: null,
    },
  }));
  const written = await store.commit({ tenant: 'default', changes: [...clients, ...grants], events: [] });
  assert.equal(written.isCommitted, true);
  await holder.browser.call('endSession');
  const batches: number[] = [];
  for (let taken = await deliverLogouts(services(), patientMs); taken > 0; ) {
    batches.push(taken);
    taken = await deliverLogouts(services(), patientMs);
  }
  assert.deepEqual(batches, Array(10).fill(100));
  assert.equal(new Set(many.heard.map(({ token }) => claimsIn(token).aud)).size, 1_000);
  assert.equal(many.heard.length, 1_000);
  assert.ok(many.mostAtOnce <= 100, `${many.mostAtOnce} at once`);
});

test('the job of a running server does it by itself', async () => {
  await using own = await openProvider({ parts: { withJobs: true } });
  await using listener = await listenForLogouts();
  await registerClient(own, 'app', { backchannelLogoutUri: listener.uri() });
  const holder = await newHolder(own);
  await letIn(own, holder, 'app');
  const arriving = listener.next();
  await holder.browser.call('endSession');
  assert.equal(claimsIn((await arriving).token).sid, holder.sessionId);
});
