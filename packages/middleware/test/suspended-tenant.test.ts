import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { endTenants } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { userAgent } from '@argus/testing/user-agent';
import { type Argus, type Protection, protect } from '../src/index.ts';
import {
  linkTo,
  openArgus,
  operatorHeaders,
  registerService,
  signedIn,
  until,
  untilLive,
} from './link-stage.ts';

const host = 'login.acme.example:8100';
const issuer = `http://${host}`;
const pagesOfAcme = { host, origin: issuer };

let server: TestServer;
let argus: Argus;
let acme: Protection;
/** Of an application of the first tenant. */
let others: Protection;
before(async () => {
  server = await openArgus();
  const headers = await operatorHeaders(server);
  const body = { id: 'acme', hosts: ['login.acme.example'] };
  await userAgent(server).call('adminCreateTenant', { headers, body });
  const service = await registerService(server, 'acme-api', { tenant: 'acme' });
  argus = linkTo(server, service, { issuer, tenant: 'acme' });
  const jwksUrl = `${server.url}/.well-known/jwks.json`;
  acme = protect({ issuer, tenant: 'acme', jwksUrl, clock: server.clock, argus });
  others = protect({ issuer: 'http://localhost:8100', jwksUrl, clock: server.clock });
  await untilLive(argus);
});
after(async () => {
  await argus.close();
  await server[Symbol.asyncDispose]();
});

async function operate(name: 'adminSuspendTenant' | 'adminResumeTenant'): Promise<number> {
  const headers = await operatorHeaders(server);
  return (await userAgent(server).call(name, { headers, params: { id: 'acme' } })).status;
}

async function reasonFor(guard: Protection, request: Request): Promise<string> {
  const verdict = await guard.check(request);
  return verdict.ok ? 'let in' : verdict.reason;
}

describe('an application of a tenant with a host of its own', () => {
  test('takes tokens of its issuer, and none of another tenant’s', async () => {
    const [ada, stranger] = [await signedIn(server, pagesOfAcme), await signedIn(server)];
    assert.equal(await reasonFor(acme, ada.request()), 'let in');
    assert.notEqual(await reasonFor(acme, stranger.request()), 'let in');
    assert.equal(await reasonFor(others, stranger.request()), 'let in');
    assert.notEqual(await reasonFor(others, ada.request()), 'let in');
  });

  test('hears at once that its tenant is suspended: every token of it is refused, and no other', async () => {
    const people = [await signedIn(server, pagesOfAcme), await signedIn(server, pagesOfAcme)];
    const stranger = await signedIn(server);
    for (const { request } of people) assert.equal(await reasonFor(acme, request()), 'let in');
    assert.equal(await operate('adminSuspendTenant'), 200);
    for (const { request } of people)
      await until(async () => (await reasonFor(acme, request())) === 'ended', 'the API refuses it');
    assert.equal(await reasonFor(others, stranger.request()), 'let in');
    assert.equal(argus.state().feed, 'live', 'it goes on hearing');
  });

  test('takes those who sign in after it was resumed, and nothing from before', async () => {
    server.clock.advance(5_000);
    await endTenants(server.argus.services);
    await until(async () => (await operate('adminResumeTenant')) === 200, 'the tenant is resumed');
    server.clock.advance(2_000);
    const { request } = await signedIn(server, pagesOfAcme);
    assert.equal(await reasonFor(acme, request()), 'let in');
  });
});

test('an application that connects only now hears of a tenant that is suspended, in its snapshot', async () => {
  const before = await signedIn(server, pagesOfAcme);
  server.clock.advance(1_000);
  assert.equal(await operate('adminSuspendTenant'), 200);
  const later = linkTo(server, await registerService(server, 'late-api', { tenant: 'acme' }), {
    issuer,
    tenant: 'acme',
  });
  const jwksUrl = `${server.url}/.well-known/jwks.json`;
  const guard = protect({ issuer, tenant: 'acme', jwksUrl, clock: server.clock, argus: later });
  await untilLive(later);
  await until(async () => (await reasonFor(guard, before.request())) === 'ended', 'the API refuses it');
  await later.close();
});

test('a tenant that gets the id of one that was erased has a feed of its own from the first number on', async () => {
  const headers = await operatorHeaders(server);
  const operator = userAgent(server);
  const id = 'reborn';
  const params = { id };
  const linked = async (service: string) => {
    const link = linkTo(server, await registerService(server, service, { tenant: id }), { tenant: id });
    await untilLive(link);
    return link;
  };
  await operator.call('adminCreateTenant', { headers, body: { id } });
  const earlier = await linked('reborn-first');
  await operator.call('adminSuspendTenant', { headers, params });
  await until(() => earlier.state().revocations.entries === 1, 'it has heard of the suspension');
  server.clock.advance(5_000);
  await endTenants(server.argus.services);
  await operator.call('adminEraseTenant', { headers, params, body: { confirm: id } });
  await endTenants(server.argus.services);
  await earlier.close();
  assert.equal((await operator.call('adminCreateTenant', { headers, body: { id } })).status, 201);
  const later = await linked('reborn-second');
  await until(async () => {
    await untilLive(later);
    return later.state().revocations.entries === 0;
  }, 'nothing of the earlier tenant is told');
  await operator.call('adminSuspendTenant', { headers, params });
  await until(() => later.state().revocations.entries === 1, 'it has heard of its own suspension');
  await later.close();
});
