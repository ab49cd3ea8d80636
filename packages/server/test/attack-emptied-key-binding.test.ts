import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { newDpopKey, newHolder, say } from './oauth-holders.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  callback,
  issuerOf,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';

let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'app');
});
after(() => server[Symbol.asyncDispose]());

test('an empty dpop_jkt beside the proof of a pushed request unties no code from its key', async () => {
  const key = newDpopKey();
  const { verifier, challenge } = pkce();
  const { searchParams } = authorizationUrl(server, 'app', { code_challenge: challenge });
  const pushed = await say(server, '/oauth/par', [...searchParams, ['dpop_jkt', '']], {
    ...basic('app'),
    dpop: key.prove(server, { path: '/oauth/par' }),
  });
  const person = await newHolder(server);
  const query = new URLSearchParams({ client_id: 'app', request_uri: pushed.body.request_uri });
  const { url } = await travel(person.browser, new URL(`/oauth/authorize?${query}`, issuerOf(server)));
  const fields = {
    grant_type: 'authorization_code',
    code: url?.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  };
  const stolen = await askToken(server, fields, basic('app'));
  assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_dpop_proof']);
  const other = newDpopKey().prove(server, { path: '/oauth/token' });
  assert.equal((await askToken(server, fields, { ...basic('app'), dpop: other })).status, 400);
  const own = key.prove(server, { path: '/oauth/token' });
  const { status, body } = await askToken(server, fields, { ...basic('app'), dpop: own });
  assert.deepEqual([status, body.token_type], [200, 'DPoP']);
});
