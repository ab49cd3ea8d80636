import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { type ActivityCounts, defaultTenant } from '@argus/contract';
import { activityEventsAfter } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import type { Argus } from '../src/index.ts';
import {
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  type SignedIn,
  signedIn,
} from './link-stage.ts';

let server: TestServer;
let argus: Argus;
before(async () => {
  server = await openArgus();
  argus = linkTo(server, await registerService(server, 'notes-api'));
});
after(async () => {
  await argus.close();
  await server[Symbol.asyncDispose]();
});

async function give(plan: string, ...addOns: string[]): Promise<void> {
  const asked = { headers: await operatorHeaders(server), params: { id: defaultTenant } };
  const { status } = await userAgent(server).call('adminChangeTenant', { ...asked, body: { plan, addOns } });
  assert.equal(status, 200);
}

async function use({ sessionId: sid }: SignedIn): Promise<void> {
  const at = new Date(server.clock.now()).toISOString();
  const entry = { sid, at, routeClass: 'notes', method: 'GET', status: '2xx', requests: 1, bytesOut: 1 };
  const json = { batch: randomUUID(), from: at, to: at, entries: [entry] };
  const answer = await argus.client.call({ method: 'POST', path: '/service/v1/activity', json });
  assert.ok(answer.ok);
  assert.deepEqual(answer.json, { result: 'counted', accepted: 1, unknown: 0 });
}

async function counted({ sessionId }: SignedIn): Promise<number | undefined> {
  const answer = await argus.client.call({ method: 'GET', path: `/service/v1/sessions/${sessionId}` });
  assert.ok(answer.ok);
  return (answer.json as { activity: ActivityCounts | null }).activity?.requests; // what the contract says
}

async function noted({ sessionId }: SignedIn): Promise<number> {
  const { pool } = server.argus.services.store;
  const records = await activityEventsAfter(pool, defaultTenant, { after: 0, limit: 100 });
  return records.filter((record) => record.sessionId === sessionId).length;
}

test('what happened in detail is kept and told where detection is in the plan, and what was kept stays', async () => {
  const person = await signedIn(server);
  const reader = server.argus.services.activity.subscribe();
  await use(person);
  await give('professional', 'multi-device-management');
  await use(person);
  assert.deepEqual([await counted(person), await noted(person)], [2, 1]);
  await give('professional', 'advanced-threat-detection');
  await use(person);
  assert.deepEqual([await counted(person), await noted(person)], [3, 2]);
  const told: number[] = [];
  for await (const { events } of reader) {
    told.push(events.length);
    if (told.length === 2) break;
  }
  reader.close();
  assert.deepEqual(told, [1, 1], 'the one in the middle was told to nobody');
  assert.equal(reader.missed(), 0);
});

test('a session lives by its use under every plan', async () => {
  await give('professional');
  const person = await signedIn(server);
  server.clock.advance(29 * 60_000);
  await use(person);
  server.clock.advance(2 * 60_000);
  const answer = await argus.client.call({ method: 'GET', path: `/service/v1/sessions/${person.sessionId}` });
  assert.ok(answer.ok);
  assert.equal((answer.json as { state: string }).state, 'active'); // what the contract says
});
