import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { ClientId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import { begin, decide, deviceGrants, poll } from './oauth-devices.ts';
import { letIn, newHolder } from './oauth-holders.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  callback,
  declareResource,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { tenant } from './stage.ts';

const api = 'https://notes.example/api';
let server: TestServer;

describe('a scope that the administrator took from a client', () => {
  beforeEach(async () => {
    await server?.[Symbol.asyncDispose]();
    server = await openProvider();
    await declareResource(server, api, ['notes.read', 'notes.write']);
    await registerClient(server, 'app', {
      scopes: ['openid', 'notes.read', 'notes.write'],
      resources: [api],
      grantTypes: ['authorization_code', ...deviceGrants],
    });
  });
  after(() => server[Symbol.asyncDispose]());

  async function leave(...scopes: string[]): Promise<void> {
    const { clients, store, clock } = server.argus.services;
    const client = await clients.find('app');
    assert.ok(client);
    server.clock.advance(1);
    const change = {
      kind: 'change-client',
      clientId: 'app' as ClientId, // the test named it
      settings: { ...client.settings, scopes },
      expectedChangedAt: client.changedAt,
      at: clock.now(),
    } as const;
    assert.equal((await store.commit({ tenant, changes: [change], events: [] })).isCommitted, true);
    clients.forget();
  }

  const refresh = (refreshToken: string, scope?: string) =>
    askToken(
      server,
      { grant_type: 'refresh_token', refresh_token: refreshToken, ...(scope ? { scope } : {}) },
      basic('app'),
    );

  test('is in no token that a refresh gives, and can be asked for no more', async () => {
    const person = await newHolder(server);
    const { refresh_token } = await letIn(server, person, 'app', { scope: 'openid notes.read notes.write' });
    await leave('openid', 'notes.read');
    assert.equal((await refresh(refresh_token, 'notes.write')).body.error, 'invalid_scope');
    const { status, body } = await refresh(refresh_token);
    assert.deepEqual([status, body.scope], [200, 'openid notes.read']);
    await leave('email');
    assert.equal((await refresh(body.refresh_token)).body.error, 'invalid_scope', 'nothing is left of it');
  });

  test('is in no token that a code gives', async () => {
    const { browser } = await newHolder(server);
    const { verifier, challenge } = pkce();
    const asked = { scope: 'openid notes.read notes.write', code_challenge: challenge };
    const { url } = await travel(browser, authorizationUrl(server, 'app', asked));
    await leave('openid', 'notes.read');
    const fields = {
      grant_type: 'authorization_code',
      code: url?.searchParams.get('code') ?? '',
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const { status, body } = await askToken(server, fields, basic('app'));
    assert.deepEqual([status, body.scope], [200, 'openid notes.read']);
  });

  test('is in no token that a device gets', async () => {
    const person = await newHolder(server);
    const waiting = await begin(server, 'app', { scope: 'openid notes.read notes.write' }, basic('app'));
    await decide(person, waiting.user_code, 'allow');
    await leave('openid', 'notes.read');
    const { status, body } = await poll(server, waiting.device_code, 'app', basic('app'));
    assert.deepEqual([status, body.scope], [200, 'openid notes.read']);
  });
});
