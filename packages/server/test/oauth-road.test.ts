import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  callback,
  issuerOf,
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
  await registerClient(server, 'notes');
  const browser = browserOf(server);
  await browser.call('signUp', { body: { email, password, name: 'Ada' } });
});
after(() => server[Symbol.asyncDispose]());

describe('a code, from the browser to the tokens', () => {
  test('a person signs in, agrees once, and the client gets its tokens', async () => {
    const browser = browserOf(server);
    const { verifier, challenge } = pkce();
    const url = authorizationUrl(server, 'notes', { code_challenge: challenge, nonce: 'n-1' });
    const first = await travel(browser, url, { email });
    assert.deepEqual(first.pages, ['/sign-in', '/oauth/authorize/resume']);
    assert.equal(first.url?.origin, new URL(callback).origin);
    assert.equal(first.url?.searchParams.get('state'), 'state-of-the-client');
    assert.equal(first.url?.searchParams.get('iss'), issuerOf(server));
    const code = first.url?.searchParams.get('code') ?? '';
    const fields = {
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    };
    const { status, body, headers } = await askToken(server, fields, basic('notes'));
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(body.token_type, 'Bearer');
    assert.equal(body.scope, 'openid');
    const claims = JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url').toString());
    assert.equal(claims.nonce, 'n-1');
    assert.equal(claims.aud, 'notes');
    const second = await travel(browser, authorizationUrl(server, 'notes', { code_challenge: challenge }));
    assert.deepEqual(second.pages, [], 'who is signed in and has agreed is asked nothing');
    const refreshed = await askToken(
      server,
      { grant_type: 'refresh_token', refresh_token: body.refresh_token },
      basic('notes'),
    );
    assert.equal(refreshed.status, 200, JSON.stringify(refreshed.body));
    assert.notEqual(refreshed.body.refresh_token, body.refresh_token);
  });
});
