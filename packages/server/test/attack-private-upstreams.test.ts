import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import { deliverLogouts } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
import { operatorOf } from './admin-stage.ts';
import { declare, lastRefusal } from './federation-stage.ts';
import { eventsOf, letIn, newHolder, setClientStatus } from './oauth-holders.ts';
import { openProvider, registerClient } from './oauth-stage.ts';
import { names, privateMachine } from './outbound-stage.ts';
import { openStage } from './stage.ts';

/** Where the attacker's names lead: to this machine, in every way that a name can. */
const zone: Readonly<Record<string, readonly string[]>> = {
  'inside.attacker.example': ['127.0.0.1'],
  'mapped.attacker.example': ['::ffff:127.0.0.1'],
  'beside.attacker.example': ['127.0.0.1', '1.1.1.1'],
  'listed.operator.example': ['127.0.0.1'],
  localhost: ['127.0.0.1'],
};
const refusedHosts = ['localhost', '127.0.0.1', ...Object.keys(zone).filter((host) => /attacker/.test(host))];
const patientMs = 10_000;
const day = 86_400_000;

/** A developer's node, where people sign in over plain http, and one that faces the Internet. */
let developer: TestServer;
let production: TestServer;
let machine: Awaited<ReturnType<typeof privateMachine>>;
before(async () => {
  machine = await privateMachine();
  developer = await openProvider();
  production = await openStage({
    clock: developer.clock,
    databaseUrl: developer.argus.services.config.databaseUrl ?? '',
    config: { issuer: 'https://login.example', privateUpstreams: ['listed.operator.example'] },
    parts: { resolve: names((host) => zone[host] ?? []).resolve },
  });
});
after(async () => {
  await production[Symbol.asyncDispose]();
  await developer[Symbol.asyncDispose]();
  await machine[Symbol.asyncDispose]();
});

/** How often somebody came to the private machine meanwhile. */
async function visitsWhile(act: () => Promise<unknown>): Promise<number> {
  const before = machine.visits();
  await act();
  return machine.visits() - before;
}

let clients = 0;

/** Tell a client at this address of a session that ended; why it was not told. */
async function logoutAt(uri: string): Promise<{ visits: number; reason: string | undefined }> {
  clients += 1;
  const id = `client-${clients}`;
  await registerClient(developer, id, { backchannelLogoutUri: uri });
  const holder = await newHolder(developer);
  await letIn(developer, holder, id);
  await holder.browser.call('endSession');
  production.argus.services.clients.forget();
  // Past what a client is tried for, so that this try is told as the last one.
  developer.clock.advance(day);
  const visits = await visitsWhile(() => deliverLogouts(production.argus.services, patientMs));
  await setClientStatus(developer, id, 'disabled');
  const told = (await eventsOf(developer, 'logout.failed')).find(({ details }) => details?.clientId === id);
  return { visits, reason: told?.reason };
}

const browser = (): UserAgent => userAgent(production, { origin: 'https://login.example' });

describe('a tenant’s administrator cannot make Argus call a machine behind the firewall', () => {
  for (const host of refusedHosts) {
    test(`by a logout address at ${host}`, async () => {
      const told = await logoutAt(`https://${host}:${machine.port}/logout`);
      assert.deepEqual(told, { visits: 0, reason: 'address' });
    });

    test(`by a provider at ${host}`, async () => {
      const id = `at-${host.replaceAll('.', '-')}`;
      await declare(production, { id, issuer: `https://${host}:${machine.port}` });
      const visits = await visitsWhile(async () => {
        const { status } = await browser().call('beginFederatedSignIn', {
          params: { provider: id },
          body: {},
        });
        assert.equal(status, 503);
      });
      assert.deepEqual([visits, (await lastRefusal(production)).reason], [0, 'unsafe-address']);
    });
  }

  test('by plain http on this machine, though it was declared before', async () => {
    assert.deepEqual(await logoutAt(`http://127.0.0.1:${machine.port}/logout`), {
      visits: 0,
      reason: 'address',
    });
  });

  test('by the keys of a client', async () => {
    const jwksUri = `https://inside.attacker.example:${machine.port}/jwks`;
    const client = await registerClient(production, 'keys-inside', {
      authMethod: 'private_key_jwt',
      jwksUri,
    });
    const assertion = 'eyJhbGciOiJFUzI1NiJ9.e30.AA';
    const visits = await visitsWhile(() => production.argus.services.clientKeys.of(client, assertion));
    assert.equal(visits, 0);
  });

  test('though at the tenant’s own host, whatever its name', async () => {
    const operator = await operatorOf(production);
    await operator('adminApply', { body: { tenants: [{ id: 'near', hosts: ['near.localhost'] }] } });
    const of = 'near' as TenantId; // it was just made
    await declare(production, { id: 'near-idp', tenant: of, issuer: `https://localhost:${machine.port}` });
    const visits = await visitsWhile(async () => {
      const { status } = await browser().call('beginFederatedSignIn', {
        params: { provider: 'near-idp' },
        body: {},
        headers: { host: 'near.localhost', origin: 'https://near.localhost' },
      });
      assert.equal(status, 503);
    });
    assert.deepEqual([visits, (await lastRefusal(production, of)).reason], [0, 'unsafe-address']);
  });
});

test('what the operator lists is called', async () => {
  const { visits, reason } = await logoutAt(`https://listed.operator.example:${machine.port}/logout`);
  assert.deepEqual([visits, reason], [1, 'unreachable']);
});

describe('a declaration that could lead there says so at once', () => {
  const wrong = ['http://localhost:3000', 'http://127.0.0.1:3000', 'https://10.0.0.1', 'https://[::1]'];
  for (const uri of wrong) {
    test(uri, async () => {
      const operator = await operatorOf(production);
      const provider = { name: 'X', issuer: uri, clientId: 'argus' };
      const client = {
        id: 'declared',
        name: 'X',
        type: 'confidential',
        redirectUris: ['https://a.example/cb'],
        backchannelLogoutUri: uri,
      };
      for (const [call, body, path] of [
        ['adminDeclareProvider', provider, 'body.issuer'],
        ['adminCreateClient', client, 'body.backchannelLogoutUri'],
      ] as const) {
        const reply = await operator(call, { params: { id: 'declared' }, body });
        assert.deepEqual([reply.status, reply.body.errors?.[0]?.path], [400, path]);
      }
    });
  }
});
