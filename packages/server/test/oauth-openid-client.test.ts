import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import * as stock from 'openid-client';
import {
  browserOf,
  callback,
  declareResource,
  issuerOf,
  openProvider,
  registerClient,
  secretOfClients,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

const api = 'https://notes.example/api';
const email = 'ada@example.org';
let server: TestServer;

before(async () => {
  // A stock client reads the real time, so this server must too.
  server = await openProvider({ parts: { clock: { now: () => Date.now() } } });
  await declareResource(server, api, ['notes.read', 'notes.write']);
  const scopes = ['openid', 'profile', 'email', 'notes.read', 'notes.write'];
  const grantTypes = [
    'authorization_code',
    'refresh_token',
    'client_credentials',
    'urn:ietf:params:oauth:grant-type:device_code',
  ] as const;
  await registerClient(server, 'web', {
    scopes,
    resources: [api],
    grantTypes: [...grantTypes],
    mayIntrospect: true,
    postLogoutRedirectUris: ['https://client.example/bye'],
  });
  await registerClient(server, 'spa', { type: 'public', scopes, resources: [api] });
  await browserOf(server).call('signUp', { body: { email, password, name: 'Ada' } });
});
after(() => server[Symbol.asyncDispose]());

/** Everything that the client knows comes from the issuer's URL. */
function discovered(clientId: string, authentication = stock.ClientSecretBasic(secretOfClients)) {
  return stock.discovery(new URL(issuerOf(server)), clientId, {}, authentication, {
    execute: [stock.allowInsecureRequests],
  });
}

interface Road {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly isPushed?: boolean;
  readonly dpop?: stock.DPoPHandle;
}

/** Through the browser and back, with every check that the library knows. */
async function signedIn(config: stock.Configuration, { parameters = {}, isPushed, dpop }: Road = {}) {
  const verifier = stock.randomPKCECodeVerifier();
  const checks = { expectedState: stock.randomState(), expectedNonce: stock.randomNonce() };
  const asked = {
    redirect_uri: callback,
    scope: 'openid profile email notes.read',
    code_challenge: await stock.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    ...parameters,
  };
  const options = dpop ? { DPoP: dpop } : {};
  const url = isPushed
    ? await stock.buildAuthorizationUrlWithPAR(config, asked, options)
    : stock.buildAuthorizationUrl(config, asked);
  const browser = browserOf(server);
  const arrived = await travel(browser, url, { email });
  assert.ok(arrived.url, arrived.page);
  const tokens = await stock.authorizationCodeGrant(
    config,
    arrived.url,
    { ...checks, pkceCodeVerifier: verifier, idTokenExpected: true },
    undefined,
    options,
  );
  return { browser, tokens };
}

describe('openid-client, with nothing but the issuer URL', () => {
  test('signs a person in, reads who it is, refreshes', async () => {
    const config = await discovered('web');
    const { tokens } = await signedIn(config);
    const claims = tokens.claims();
    assert.ok(claims);
    assert.deepEqual(claims.amr, ['pwd']);
    assert.equal(claims.acr, 'urn:argus:aal1');
    assert.equal(typeof claims.auth_time, 'number');
    assert.equal(typeof claims.sid, 'string');
    const info = await stock.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.deepEqual({ name: info.name, email: info.email }, { name: 'Ada', email });
    const renewed = await stock.refreshTokenGrant(config, tokens.refresh_token ?? '');
    assert.notEqual(renewed.refresh_token, tokens.refresh_token);
    assert.equal(renewed.claims()?.sub, claims.sub);
    await assert.rejects(
      stock.refreshTokenGrant(config, renewed.refresh_token ?? '', { scope: 'openid notes.write' }),
      {
        error: 'invalid_scope',
      },
    );
  });

  test('pushes its request', async () => {
    const { tokens } = await signedIn(await discovered('web'), { isPushed: true });
    assert.ok(tokens.claims()?.sub);
  });

  test('binds its tokens to a key, as a public client and with the nonces that it is told', async () => {
    const config = await discovered('spa', stock.None());
    const keys = await stock.randomDPoPKeyPair('ES256');
    const dpop = stock.getDPoPHandle(config, keys);
    const { tokens } = await signedIn(config, { isPushed: true, dpop });
    assert.equal(tokens.token_type, 'dpop');
    const sub = tokens.claims()?.sub ?? '';
    const info = await stock.fetchUserInfo(config, tokens.access_token, sub, { DPoP: dpop });
    assert.equal(info.sub, sub);
    await assert.rejects(stock.fetchUserInfo(config, tokens.access_token, sub));
    const stranger = stock.getDPoPHandle(config, await stock.randomDPoPKeyPair('ES256'));
    await assert.rejects(
      stock.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP: stranger }),
      { error: 'invalid_grant' },
    );
    const renewed = await stock.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
      DPoP: dpop,
    });
    assert.equal(renewed.token_type, 'dpop');
  });

  test('gets a token of its own, and asks what tokens are worth', async () => {
    const config = await discovered('web');
    const own = await stock.clientCredentialsGrant(config, { scope: 'notes.read' });
    const told = await stock.tokenIntrospection(config, own.access_token);
    assert.deepEqual(
      { active: told.active, sub: told.sub, scope: told.scope },
      { active: true, sub: 'web', scope: 'notes.read' },
    );
    await stock.tokenRevocation(config, own.access_token);
    assert.equal((await stock.tokenIntrospection(config, own.access_token)).active, false);
    const { tokens } = await signedIn(config);
    await stock.tokenRevocation(config, tokens.refresh_token ?? '');
    assert.equal((await stock.tokenIntrospection(config, tokens.access_token)).active, false);
  });

  test('signs a person out and is led back', async () => {
    const config = await discovered('web');
    const { browser, tokens } = await signedIn(config);
    const url = stock.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: 'https://client.example/bye',
      state: 'bye-1',
    });
    const arrived = await travel(browser, url);
    assert.equal(arrived.url?.href, 'https://client.example/bye?state=bye-1');
    assert.equal((await browser.call('getSession')).status, 401);
    assert.equal((await stock.tokenIntrospection(config, tokens.access_token)).active, false);
  });
});
