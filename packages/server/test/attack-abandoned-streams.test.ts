import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { operatorOf } from './admin-stage.ts';
import { openService, signed } from './service-stage.ts';
import { openStage, withKey } from './stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
  await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

const path = '/service/v1/revocations';

test('a stream whose reader hung up before it began is not kept and told for ever', async () => {
  const service = await openService(server, 'hasty-api');
  const { store, feed } = server.argus.services;
  const { claim } = store;
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  Object.assign(store, {
    claim: async (...of: Parameters<typeof claim>) => {
      asked.resolve();
      await answer.promise;
      return claim(...of);
    },
  });
  const before = feed.followers();
  const hangUp = new AbortController();
  const { message } = signed(server, service, { path });
  const gone = assert.rejects(
    fetch(new URL(path, server.url), { headers: Object.fromEntries(message.fields), signal: hangUp.signal }),
  );
  await asked.promise;
  hangUp.abort();
  await gone;
  // The server hears of it by the network.
  await pass(200);
  Object.assign(store, { claim });
  answer.resolve();
  await pass(200);
  assert.equal(feed.followers(), before);
});

test('a stream ends when its key becomes another tenant’s', async () => {
  const service = await openService(server, 'moved-api');
  const response = await signed(server, service, { path }).send();
  assert.equal(response.status, 200);
  const ended = (async () => {
    for await (const _ of response.body ?? []);
    return 'ended';
  })();
  const agent = userAgent(server);
  const headers = await withKey(server);
  const { keyid: keyId, key } = service.key;
  const publicKey = key.export({ format: 'jwk' });
  delete publicKey.d;
  const removed = await agent.call('adminRemoveServiceKey', { headers, params: { id: 'moved-api', keyId } });
  assert.equal(removed.status, 204);
  const there = { headers, params: { id: 'new-home-api' }, query: { tenant: 'other' } };
  await agent.call('adminDeclareService', { ...there, body: {} });
  assert.equal((await agent.call('adminAddServiceKey', { ...there, body: { publicKey } })).status, 201);
  assert.equal(await Promise.race([ended, pass(4_000, 'goes on')]), 'ended');
});
