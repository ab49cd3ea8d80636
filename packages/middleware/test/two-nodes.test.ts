import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import {
  guardWith,
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

let one: TestServer;
let two: TestServer;
before(async () => {
  one = await openArgus();
  two = await openArgus({
    databaseUrl: one.argus.services.config.databaseUrl ?? '',
    clock: one.clock,
  });
});
after(async () => {
  await two[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
});

describe('two nodes on one database', () => {
  test('what ends at one is refused by whoever listens to the other', async () => {
    await using argus = linkTo(two, await registerService(one, 'notes-api'));
    await untilLive(argus);
    const guard = guardWith(two, argus);
    const { browser, request } = await signedIn(one);
    assert.ok((await guard.check(request())).ok);
    await browser.call('endSession');
    await until(async () => !(await guard.check(request())).ok, 'the API refuses it');
  });

  test('what a node that died left without a number is told by another', async () => {
    await using argus = linkTo(two, await registerService(one, 'orphan-api'));
    await untilLive(argus);
    const guard = guardWith(two, argus);
    const { sessionId, userId, request } = await signedIn(one);
    assert.ok((await guard.check(request())).ok);
    const { store } = one.argus.services;
    // As a node dies that has committed and not yet numbered.
    store.onTold(() => undefined);
    const written = await store.commit({
      tenant: 'default',
      changes: [
        {
          kind: 'end-session',
          sessionId: sessionId as never, // a brand over text
          userId: userId as never,
          reason: 'signed-out',
          at: one.clock.now(),
          by: { actor: 'user' },
        },
      ],
      events: [],
    });
    assert.ok(written.isCommitted);
    await until(async () => !(await guard.check(request())).ok, 'the API refuses it');
    store.onTold((tenant) => void one.argus.services.feed.settle(tenant));
  });

  test('a node that was cut off from the others’ notices still hears within its next look', async () => {
    await using argus = linkTo(two, await registerService(one, 'deaf-api'));
    await untilLive(argus);
    const guard = guardWith(two, argus);
    // Every listening connection is ended: notices are lost until it is back.
    const { pool } = two.argus.services.store;
    await pool.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()",
    );
    const { browser, request } = await signedIn(one);
    await browser.call('endSession');
    await until(async () => !(await guard.check(request())).ok, 'the API refuses it');
  });
});

test('an emergency at one node is one at the other within a moment', async () => {
  const kids = (server: TestServer) => server.argus.services.keys.records().map(({ kid }) => kid);
  const before = kids(two);
  const sending = { headers: await operatorHeaders(one), body: { emergency: true } };
  assert.equal((await userAgent(one).call('adminRotateKeys', sending)).status, 200);
  await until(() => !kids(two).some((kid) => before.includes(kid)), 'the other node has no old key');
  assert.deepEqual(kids(two).sort(), kids(one).sort());
});

test('another tenant’s feed says nothing of this one', async () => {
  const headers = await operatorHeaders(one);
  await userAgent(one).call('adminApply', { headers, body: { tenants: [{ id: 'other' }] } });
  const service = await registerService(one, 'other-api', { tenant: 'other' });
  await using argus = linkTo(one, service, { tenant: 'other' });
  await untilLive(argus);
  const before = argus.state().revocations.entries;
  const { browser } = await signedIn(one);
  await browser.call('endSession');
  await using home = linkTo(one, await registerService(one, 'home-api'));
  await untilLive(home);
  assert.ok(home.state().revocations.entries > 0);
  assert.equal(argus.state().revocations.entries, before);
});

test('a feed of another tenant is not believed, whatever the service says it is', async () => {
  const service = await registerService(one, 'mistaken-api', { tenant: 'other' });
  await using argus = linkTo(one, service, { tenant: 'default' });
  await until(() => argus.state().trouble === 'forged', 'the feed is refused');
  assert.equal(argus.state().feed, 'starting');
});

test('a service that is disabled or loses its permission loses its stream within seconds', async () => {
  const service = await registerService(one, 'switched-api');
  await using argus = linkTo(one, service);
  await untilLive(argus);
  const headers = await operatorHeaders(one);
  const params = { id: 'switched-api' };
  await userAgent(one).call('adminChangeService', { headers, params, body: { status: 'disabled' } });
  await until(() => argus.state().trouble === 'refused', 'the stream is over');
  await userAgent(one).call('adminChangeService', { headers, params, body: { status: 'active' } });
  await until(() => argus.state().trouble === null, 'it is back');
  const body = { permissions: ['activity'] };
  await userAgent(one).call('adminDeclareService', { headers, params, body });
  await until(() => argus.state().trouble === 'refused', 'the stream is over again');
});
