import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { TestServer } from '@argus/testing/server';
import { linkTo, openArgus, registerService, until, untilLive } from './link-stage.ts';

let server: TestServer;
before(async () => {
  server = await openArgus();
});
after(() => server[Symbol.asyncDispose]());

test('what can never be told in one tenant keeps nobody else’s feed from being heard, and its own from being believed', async () => {
  const { pool } = server.argus.services.store;
  await pool.query("INSERT INTO tenants (id, created_at) VALUES ('stuck', now())");
  await pool.query("INSERT INTO feeds (tenant_id, digest) SELECT 'stuck', digest FROM feeds");
  await using argus = linkTo(server, await registerService(server, 'notes-api'));
  await using stuck = linkTo(server, await registerService(server, 'stuck-api', { tenant: 'stuck' }), {
    tenant: 'stuck',
  });
  await Promise.all([untilLive(argus), untilLive(stuck)]);
  // No reader would take a session without a name, so Argus signs none.
  const poison = JSON.stringify({ type: 'session-ended', sid: '', reason: 'signed-out' });
  await pool.query("INSERT INTO feed_pending (tenant_id, event) VALUES ('stuck', $1)", [poison]);
  await pass(3_000);
  server.clock.advance(10_000);
  await untilLive(argus);
  const { streams } = stuck.state();
  await until(() => stuck.state().streams > streams, 'the stuck one tries again');
  await pass(500);
  assert.equal(stuck.state().feed, 'stale');
});
