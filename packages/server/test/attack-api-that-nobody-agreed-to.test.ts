import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClientId } from '@argus/contract';
import type { Change } from '@argus/core';
import type { TestServer } from '@argus/testing/server';
import { letIn, newHolder } from './oauth-holders.ts';
import {
  authorizationUrl,
  declareResource,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { tenant } from './stage.ts';

const notes = 'https://notes.example/api';
const bank = 'https://bank.example/api';
let server: TestServer;

before(async () => {
  server = await openProvider();
  await declareResource(server, notes, ['read']);
  await declareResource(server, bank, ['read']);
  await registerClient(server, 'both', { scopes: ['read'], resources: [notes, bank] });
  await registerClient(server, 'growing', { scopes: ['read'], resources: [notes] });
});
after(() => server[Symbol.asyncDispose]());

const silently = (clientId: string, resource?: string): URL =>
  authorizationUrl(server, clientId, {
    scope: 'read',
    prompt: 'none',
    code_challenge: pkce().challenge,
    ...(resource === undefined ? {} : { resource }),
  });

test('a yes to reading notes opens no bank, though both call it reading', async () => {
  const person = await newHolder(server);
  await letIn(server, person, 'both', { scope: 'read', resource: notes });
  const asked = async (resource?: string) =>
    (await travel(person.browser, silently('both', resource))).url?.searchParams.get('error') ?? 'code';
  assert.equal(await asked(bank), 'consent_required');
  assert.equal(await asked(), 'consent_required');
  assert.equal(await asked(notes), 'code');
});

test('an API that the client is given later is asked about', async () => {
  const person = await newHolder(server);
  await letIn(server, person, 'growing', { scope: 'read' });
  const { clients, store, clock } = server.argus.services;
  const client = await clients.find('growing');
  assert.ok(client);
  const change: Change = {
    kind: 'change-client',
    clientId: 'growing' as ClientId, // the test named it
    settings: { ...client.settings, resources: [notes, bank] },
    expectedChangedAt: client.changedAt,
    at: clock.now() + 1,
  };
  assert.equal((await store.commit({ tenant, changes: [change], events: [] })).isCommitted, true);
  clients.forget();
  const { url } = await travel(person.browser, silently('growing'));
  assert.equal(url?.searchParams.get('error'), 'consent_required');
});
