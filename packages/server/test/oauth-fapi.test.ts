import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { SigningAlgorithm } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import * as stock from 'openid-client';
import { claimsIn } from './oauth-holders.ts';
import {
  authorizationUrl,
  browserOf,
  callback,
  declareResource,
  issuerOf,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { password } from './stage.ts';

const email = 'ada@example.org';
const api = 'https://bank.example/api';
let server: TestServer;
let keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

before(async () => {
  server = await openProvider({ parts: { clock: { now: () => Date.now() } } });
  await declareResource(server, api, ['accounts']);
  keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }] };
  const settings = {
    profile: 'fapi2',
    authMethod: 'private_key_jwt',
    requiresPar: true,
    requiresDpop: true,
    resources: [api],
    scopes: ['openid', 'accounts'],
    jwks,
  } as const;
  for (const algorithm of ['PS256', 'ES256', 'EdDSA'] as const)
    await registerClient(server, `bank-${algorithm.toLowerCase()}`, {
      ...settings,
      jwks: { keys: [...jwks.keys] },
      resources: [...settings.resources],
      scopes: [...settings.scopes],
      accessTokenAlgorithm: algorithm,
      idTokenAlgorithm: algorithm,
    });
  await browserOf(server).call('signUp', { body: { email, password, name: 'Ada' } });
});
after(() => server[Symbol.asyncDispose]());

async function walk(algorithm: SigningAlgorithm) {
  const key = await crypto.subtle.importKey(
    'pkcs8',
    keys.privateKey.export({ format: 'der', type: 'pkcs8' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  );
  const config = await stock.discovery(
    new URL(issuerOf(server)),
    `bank-${algorithm.toLowerCase()}`,
    { id_token_signed_response_alg: algorithm },
    stock.PrivateKeyJwt({ key, kid: 'k1' }),
    { execute: [stock.allowInsecureRequests, stock.enableNonRepudiationChecks] },
  );
  const dpop = stock.getDPoPHandle(config, await stock.randomDPoPKeyPair('ES256'));
  const verifier = stock.randomPKCECodeVerifier();
  const checks = { expectedState: stock.randomState(), expectedNonce: stock.randomNonce() };
  const url = await stock.buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: callback,
      scope: 'openid accounts',
      code_challenge: await stock.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
    },
    { DPoP: dpop },
  );
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri']);
  const arrived = await travel(browserOf(server), url, { email });
  assert.ok(arrived.url, arrived.page);
  const tokens = await stock.authorizationCodeGrant(
    config,
    arrived.url,
    { ...checks, pkceCodeVerifier: verifier, idTokenExpected: true },
    undefined,
    { DPoP: dpop },
  );
  return { config, dpop, tokens };
}

describe('FAPI 2.0: pushed, bound to a key, proved by a key', () => {
  for (const algorithm of ['PS256', 'ES256', 'EdDSA'] as const)
    test(`with ${algorithm}`, async () => {
      const { config, dpop, tokens } = await walk(algorithm);
      assert.equal(tokens.token_type, 'dpop');
      const header = JSON.parse(Buffer.from(tokens.access_token.split('.')[0] ?? '', 'base64url').toString());
      assert.deepEqual([header.alg, header.typ], [algorithm, 'at+jwt']);
      const renewed = await stock.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
        DPoP: dpop,
      });
      // A second later it says a second later when it ends; its name is the same.
      const names = [tokens, renewed].map(({ refresh_token = '' }) => claimsIn(refresh_token).jti);
      assert.equal(names[0], names[1], 'no routine rotation');
      const again = await stock.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, {
        DPoP: dpop,
      });
      assert.notEqual(again.access_token, renewed.access_token);
    });

  test('nothing else gets in: no plain request, no proof by secret, no token without a key', async () => {
    const url = authorizationUrl(server, 'bank-ps256', { code_challenge: pkce().challenge });
    const direct = await travel(browserOf(server), url, { email });
    assert.equal(direct.url?.searchParams.get('error'), 'invalid_request');
    const { config, tokens } = await walk('PS256');
    await assert.rejects(stock.refreshTokenGrant(config, tokens.refresh_token ?? ''), {
      error: 'invalid_dpop_proof',
    });
    await assert.rejects(stock.fetchUserInfo(config, tokens.access_token, tokens.claims()?.sub ?? ''));
  });
});
