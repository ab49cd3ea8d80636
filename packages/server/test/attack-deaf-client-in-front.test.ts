import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { deliverLogouts } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { heardOf, listenForLogouts } from './logout-receiver.ts';
import { letIn, newHolder } from './oauth-holders.ts';
import { openProvider, registerClient } from './oauth-stage.ts';

let server: TestServer;

before(async () => {
  server = await openProvider();
});
after(() => server[Symbol.asyncDispose]());

test('a client that never answers, with a thousand ends to hear of, stands in front of nobody', async () => {
  await using deaf = await listenForLogouts(() => undefined);
  await using well = await listenForLogouts();
  await registerClient(server, 'deaf', { backchannelLogoutUri: deaf.uri() });
  await registerClient(server, 'well', { backchannelLogoutUri: well.uri() });
  const { pool } = server.argus.services.store;
  const first = await newHolder(server);
  await letIn(server, first, 'deaf');
  await first.browser.call('endSession');
  // As many people as that client has whose sessions end with this one.
  await pool.query(
    `WITH many AS (
       INSERT INTO sessions SELECT (jsonb_populate_record(s, jsonb_build_object('id', gen_random_uuid()))).*
       FROM sessions s, generate_series(1, 999) WHERE s.id = $1 RETURNING id, tenant_id
     )
     INSERT INTO logout_deliveries (tenant_id, session_id, client_id, due_at)
     SELECT m.tenant_id, m.id, d.client_id, d.due_at FROM many m, logout_deliveries d`,
    [first.sessionId],
  );
  server.clock.advance(1000);
  const person = await newHolder(server);
  await letIn(server, person, 'well');
  await person.browser.call('endSession');
  assert.equal(await deliverLogouts(server.argus.services, 500), 100);
  assert.equal(heardOf(well, person).length, 1);
});
