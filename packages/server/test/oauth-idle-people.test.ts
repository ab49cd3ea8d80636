import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  callback,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

let server: TestServer;
const email = 'ada@example.org';

before(async () => {
  server = await openProvider();
  await registerClient(server, 'notes', { consent: 'implicit' });
  await browserOf(server).call('signUp', { body: { email, password, name: 'Ada' } });
});
after(() => server?.[Symbol.asyncDispose]());

const limitsOf = ({ body }: { body: Record<string, unknown> }) => [
  body.refresh_token_expires_in,
  body.authorization_expires_in,
];

test('a client hears when the session ends, and moves that by what its person did and not by a timer', async () => {
  const { verifier, challenge } = pkce();
  const { url } = await travel(
    browserOf(server),
    authorizationUrl(server, 'notes', { code_challenge: challenge }),
    {
      email,
    },
  );
  const fields = {
    code: url?.searchParams.get('code') ?? '',
    redirect_uri: callback,
    code_verifier: verifier,
  };
  let held = await askToken(server, { grant_type: 'authorization_code', ...fields }, basic('notes'));
  assert.deepEqual(limitsOf(held), [1800, 43_200]);
  const refresh = async (more: Record<string, string>) => {
    const grant = { grant_type: 'refresh_token', refresh_token: held.body.refresh_token };
    held = await askToken(server, { ...grant, ...more }, basic('notes'));
    return limitsOf(held);
  };
  server.clock.advance(600_000);
  assert.deepEqual(await refresh({ idle_seconds: '2147483647' }), [1200, 42_600], 'nobody was there');
  server.clock.advance(600_000);
  assert.deepEqual(await refresh({ idle_seconds: '60' }), [1740, 42_000]);
  server.clock.advance(60_000);
  assert.deepEqual(await refresh({}), [1800, 41_940], 'without a word they were');
  server.clock.advance(60_000);
  assert.deepEqual(await refresh({ idle_seconds: '-5' }), [1800, 41_880], 'what is no number says nothing');
});
