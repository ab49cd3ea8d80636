import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { forgetWhatExpired } from '@argus/server';
import { feedEventsAfter } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { letIn, newDpopKey, newHolder, say } from './oauth-holders.ts';
import { authorizationUrl, basic, openProvider, pkce, registerClient } from './oauth-stage.ts';
import { tenant } from './stage.ts';

const device = 'urn:ietf:params:oauth:grant-type:device_code';
const tables = ['authorization_codes', 'device_authorizations', 'ended_tokens', 'marks', 'pushed_requests'];
const hour = 3_600_000;
let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'app', { grantTypes: ['authorization_code', 'refresh_token', device] });
});
after(() => server[Symbol.asyncDispose]());

async function held(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const table of tables) {
    const { rows } = await server.argus.services.store.pool.query(`SELECT count(*)::int AS n FROM ${table}`);
    counts[table] = rows[0].n;
  }
  return counts;
}

/** Leave one thing of each kind behind. */
async function use(): Promise<void> {
  const holder = await newHolder(server);
  const { access_token } = await letIn(server, holder, 'app', { key: newDpopKey() });
  await say(server, '/oauth/revoke', { token: access_token }, basic('app'));
  await say(server, '/oauth/device_authorization', { scope: 'openid' }, basic('app'));
  const pushed = authorizationUrl(server, 'app', { code_challenge: pkce().challenge }).searchParams;
  await say(server, '/oauth/par', [...pushed], basic('app'));
}

test('what nobody can use any more goes, each in its time, and what still counts stays', async () => {
  const { services } = server.argus;
  await use();
  const all = {
    authorization_codes: 1,
    device_authorizations: 1,
    ended_tokens: 1,
    marks: 1,
    pushed_requests: 1,
  };
  assert.deepEqual(await held(), all);
  assert.equal(await forgetWhatExpired(services), 0);
  assert.deepEqual(await held(), all);
  server.clock.advance(hour);
  // A used code stays for a day, so that who comes with it again is caught; a device hears that it was too late.
  // The feed has told of keys and policy, and of the token that was revoked; that goes, too.
  const told = await feedEventsAfter(services.store.pool, { tenant, after: 0, limit: 100 });
  assert.ok(told.length > 0);
  assert.equal(await forgetWhatExpired(services), 3 + told.length);
  const some = { ...all, ended_tokens: 0, marks: 0, pushed_requests: 0 };
  assert.deepEqual(await held(), some);
  await use();
  server.clock.advance(25 * hour);
  await forgetWhatExpired(services);
  assert.deepEqual(await held(), Object.fromEntries(tables.map((table) => [table, 0])));
});
