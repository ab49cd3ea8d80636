import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetNames } from '@argus/contract';
import { savePolicy } from '@argus/testing/policies';
import { userAgent } from '@argus/testing/user-agent';
import { byPasskey } from './authenticator-stage.ts';
import { askToken, authorizationUrl, basic, openProvider, pkce, registerClient } from './oauth-stage.ts';
import { holder } from './preset-drive.ts';
import { presetRows, second } from './preset-rows.ts';
import { openStage, refresh } from './stage.ts';

test('fedramp-high gives whoever administers ten minutes (AC-11, SC-10)', async () => {
  await using server = await openStage();
  const person = await holder(server);
  await server.argus.services.store.pool.query("UPDATE users SET roles = '{auditor}' WHERE id = $1", [
    person.userId,
  ]);
  await savePolicy(server, { preset: 'fedramp-high' });
  server.argus.services.policies.forget();
  const idle = presetRows['fedramp-high'].privilegedIdle ?? 0;
  for (const [time, status] of [
    [idle - second, 200],
    [idle, 401],
  ] as const) {
    server.clock.advanceTo(Math.ceil(server.clock.now() / second) * second);
    const browser = userAgent(server);
    await byPasskey(browser, person.key, { uv: true, be: false });
    server.clock.advance(time);
    assert.equal((await refresh(browser, 0)).status, status);
  }
});

for (const name of presetNames)
  test(`${name} ${presetRows[name].boundClients ? 'binds' : 'does not bind'} clients`, async () => {
    await using server = await openProvider();
    await registerClient(server, 'app', { type: 'public' });
    await registerClient(server, 'notes', { grantTypes: ['authorization_code', 'client_credentials'] });
    await savePolicy(server, { preset: name });
    server.argus.services.policies.forget();
    const isBound = presetRows[name].boundClients === true;
    const url = authorizationUrl(server, 'notes', { code_challenge: pkce().challenge, prompt: 'none' });
    const { headers } = await userAgent(server).fetch(`${url.pathname}${url.search}`);
    const error = new URL(headers.get('location') ?? 'x:').searchParams.get('error');
    assert.equal(error, isBound ? 'invalid_request' : 'login_required', 'pushed requests');
    const own = await askToken(server, { grant_type: 'client_credentials' }, basic('notes'));
    assert.equal(own.body.error === 'invalid_dpop_proof', isBound, 'a proof of possession');
    const anybody = { grant_type: 'authorization_code', client_id: 'app', code: 'any', code_verifier: 'any' };
    const open = await askToken(server, anybody);
    assert.equal(open.body.error === 'unauthorized_client', isBound, 'confidential clients');
  });
