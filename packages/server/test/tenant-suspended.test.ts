import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endTenants } from '@argus/server';
import { eraseTenantPiece } from '@argus/store';
import { testDatabase } from '@argus/testing/database';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { registerClient, secretOfClients } from './oauth-stage.ts';
import { openService, signed } from './service-stage.ts';
import { exactly, openStage, password, signIn, withKey } from './stage.ts';
import { newTenant } from './tenant-stage.ts';

let server: TestServer;
before(async () => {
  server = await openStage();
});
after(() => server[Symbol.asyncDispose]());

async function operate(
  on: TestServer,
  name: 'adminSuspendTenant' | 'adminEraseTenant',
  id: string,
): Promise<number> {
  const body = name === 'adminEraseTenant' ? { confirm: id } : undefined;
  const asked = { headers: await withKey(on), params: { id }, ...(body ? { body } : {}) };
  return (await userAgent(on).call(name, asked)).status;
}

test('nobody and nothing of a suspended tenant gets in at the address that it shares', async () => {
  const tenant = await newTenant(server, 'closing', { domains: ['closing.example'] });
  const email = 'ada@closing.example';
  const browser = userAgent(server);
  await browser.call('signUp', { body: { email, password } });
  await signIn(browser, email);
  await registerClient(server, 'closing-client', {
    tenant,
    redirectUris: [],
    grantTypes: ['client_credentials'],
  });
  const service = await openService(server, 'closing-api', { tenant });
  const token = () =>
    exactly(server, {
      method: 'POST',
      path: '/oauth/token',
      headers: {
        authorization: `Basic ${Buffer.from(`closing-client:${secretOfClients}`).toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
  const introspect = () =>
    signed(server, service, {
      method: 'POST',
      path: '/service/v1/introspect',
      json: { token: 'none' },
    }).send();
  assert.notEqual((await token()).status, 401, 'the client is known');
  assert.equal((await introspect()).status, 200);
  assert.equal(await operate(server, 'adminSuspendTenant', tenant), 200);
  assert.equal((await browser.call('getSession')).body.code, 'session_ended');
  assert.equal((await browser.call('refreshSession')).status, 401);
  const again = await userAgent(server).call('signIn', { body: { identifier: email, password } });
  assert.deepEqual([again.status, again.body.code], [401, 'invalid_credentials']);
  assert.equal((await token()).status, 401);
  assert.equal((await introspect()).status, 401);
  const newcomer = { email: 'new@closing.example', password };
  await userAgent(server).call('signUp', { body: newcomer });
  const { rows } = await server.argus.services.store.pool.query(
    'SELECT count(*) AS people FROM users WHERE tenant_id = $1',
    [tenant],
  );
  assert.deepEqual(rows, [{ people: 1 }]);
});

test('an erasure that was cut off is finished by whichever server runs next', async () => {
  await using database = await testDatabase();
  const id = 'half-gone';
  const first = await openStage({ databaseUrl: database.url });
  await newTenant(first, id, { domains: ['half.example'] });
  const browser = userAgent(first);
  await browser.call('signUp', { body: { email: 'ada@half.example', password } });
  await signIn(browser, 'ada@half.example');
  await operate(first, 'adminSuspendTenant', id);
  first.clock.advance(5_000);
  await endTenants(first.argus.services);
  assert.equal(await operate(first, 'adminEraseTenant', id), 202);
  const { store, random, clock } = first.argus.services;
  const event = { id: random.uuid(), at: clock.now(), type: 'tenant.erased', actor: 'system' } as const;
  const piece = { tenant: id, limit: 3, epitaph: { tenant: 'default', event } };
  assert.equal(await eraseTenantPiece(store.pool, piece), false, 'something is left');
  await first[Symbol.asyncDispose]();
  await using second = await openStage({ databaseUrl: database.url });
  assert.equal(await endTenants(second.argus.services), 1);
  const { rows } = await second.argus.services.store.pool.query(
    "SELECT (SELECT count(*) FROM tenants WHERE id = $1) AS tenants, (SELECT count(*) FROM audit_events WHERE type = 'tenant.erased') AS lines",
    [id],
  );
  assert.deepEqual(rows, [{ tenants: 0, lines: 1 }]);
});
