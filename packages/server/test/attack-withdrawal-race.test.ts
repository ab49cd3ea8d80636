import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { letIn, newHolder } from './oauth-holders.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  callback,
  openProvider,
  pkce,
  registerClient,
} from './oauth-stage.ts';

const rounds = Number(process.env.ARGUS_RACE_ROUNDS ?? 25);
let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'app');
});
after(() => server[Symbol.asyncDispose]());

test('a code that races the withdrawal of the consent that it stands on is worth nothing', async () => {
  for (let round = 0; round < rounds; round += 1) {
    const { browser } = await newHolder(server);
    await letIn(server, { browser }, 'app');
    const { verifier, challenge } = pkce();
    const silent = authorizationUrl(server, 'app', { code_challenge: challenge, prompt: 'none' });
    const [withdrawn, ...answers] = await Promise.all([
      browser.call('withdrawConsent', { params: { clientId: 'app' } }),
      ...Array.from({ length: 3 }, () => browser.copy().fetch(`${silent.pathname}${silent.search}`)),
    ]);
    assert.equal(withdrawn.status, 204);
    for (const answer of answers) {
      const said = new URL(answer.headers.get('location') ?? '').searchParams;
      const code = said.get('code');
      if (code === null) {
        assert.equal(said.get('error'), 'consent_required');
        continue;
      }
      const fields = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      };
      const { status, body } = await askToken(server, fields, basic('app'));
      assert.deepEqual([status, body.error], [400, 'invalid_grant'], `round ${round}`);
    }
  }
});
