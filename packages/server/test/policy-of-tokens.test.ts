import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import { balanced, type Policy, presetPolicy } from '@argus/core';
import { savePolicy } from '@argus/testing/policies';
import type { TestServer } from '@argus/testing/server';
import { type UserAgent, userAgent } from '@argus/testing/user-agent';
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
import { openStage, password, someone } from './stage.ts';

const email = 'ada@example.org';
let server: TestServer;
let browser: UserAgent;

async function open(policy: Policy): Promise<void> {
  server = await openProvider({ parts: { policy } });
  await registerClient(server, 'notes', { grantTypes: ['authorization_code', 'refresh_token'] });
  await registerClient(server, 'app', { type: 'public' });
  browser = browserOf(server);
  await browser.call('signUp', { body: { email, password } });
}
const close = () => server[Symbol.asyncDispose]();

async function authorize(clientId: string) {
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(server, clientId, { code_challenge: challenge });
  const { url: answer } = await travel(browser, url, { email });
  return { answer: answer?.searchParams, verifier };
}

const redeem = (clientId: string, { code, verifier }: { code: string; verifier: string }) =>
  askToken(
    server,
    {
      grant_type: 'authorization_code',
      code,
      code_verifier: verifier,
      redirect_uri: callback,
      ...(clientId === 'app' ? { client_id: 'app' } : {}),
    },
    clientId === 'app' ? {} : basic(clientId),
  );

async function codeOf(clientId: string) {
  const { answer, verifier } = await authorize(clientId);
  return { code: answer?.get('code') ?? '', verifier };
}

const withTokens = (change: Partial<Policy['tokens']>): Policy => ({
  ...balanced,
  tokens: { ...balanced.tokens, ...change },
});
const withClients = (change: Partial<Policy['clients']>): Policy => ({
  ...balanced,
  clients: { ...balanced.clients, ...change },
});

describe('codes that live for twenty seconds', () => {
  before(() => open(withTokens({ codeSeconds: 20 })));
  after(close);

  test('are good until the last millisecond and not at the end', async () => {
    const [first, second] = [await codeOf('notes'), await codeOf('notes')];
    server.clock.advance(19_999);
    assert.equal((await redeem('notes', first)).status, 200);
    server.clock.advance(1);
    assert.equal((await redeem('notes', second)).body.error, 'invalid_grant');
  });
});

describe('where only confidential clients are let in', () => {
  before(() => open(withClients({ confidentialOnly: true })));
  after(close);

  test('a public one is sent back, and the token endpoint refuses it', async () => {
    assert.equal((await authorize('app')).answer?.get('error'), 'unauthorized_client');
    const refused = await redeem('app', { code: 'any', verifier: pkce().verifier });
    assert.deepEqual([refused.status, refused.body.error], [400, 'unauthorized_client']);
    assert.equal((await redeem('notes', await codeOf('notes'))).status, 200);
  });
});

describe('where requests must be pushed', () => {
  before(() => open(withClients({ requirePar: true })));
  after(close);

  test('one that comes by the browser alone is sent back, and a pushed one is taken', async () => {
    assert.equal((await authorize('notes')).answer?.get('error'), 'invalid_request');
    const { verifier, challenge } = pkce();
    const { searchParams } = authorizationUrl(server, 'notes', { code_challenge: challenge });
    const pushed = await fetch(new URL('/oauth/par', issuerOf(server)), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic('notes') },
      body: searchParams,
    });
    assert.equal(pushed.status, 201);
    const url = new URL('/oauth/authorize', issuerOf(server));
    url.searchParams.set('client_id', 'notes');
    url.searchParams.set('request_uri', (await pushed.json()).request_uri);
    const code = (await travel(browser, url, { email })).url?.searchParams.get('code') ?? '';
    assert.equal((await redeem('notes', { code, verifier })).status, 200);
  });
});

describe('where tokens must be bound to a key', () => {
  before(() => open(withClients({ requireDpop: true })));
  after(close);

  test('a token request without a proof is refused', async () => {
    const refused = await redeem('notes', await codeOf('notes'));
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_dpop_proof']);
  });
});

describe('a window of nothing for lost answers', () => {
  before(() => open(withTokens({ refresh: { retryWindowSeconds: 0 } })));
  after(close);

  const renew = (token: string) =>
    askToken(server, { grant_type: 'refresh_token', refresh_token: token }, basic('notes'));

  test('leaves a confidential client ten seconds, and Argus’s own pages none', async () => {
    const { body } = await redeem('notes', await codeOf('notes'));
    const first = await renew(body.refresh_token);
    server.clock.advance(10_000);
    const again = await renew(body.refresh_token);
    assert.deepEqual([again.status, again.body.refresh_token], [200, first.body.refresh_token]);
    const copy = browser.copy();
    assert.equal((await browser.call('refreshSession', { body: {} })).status, 200);
    assert.equal((await copy.call('refreshSession', { body: {} })).status, 401);
  });
});

describe('signing keys', () => {
  const bitsOf = async (at: TestServer) => {
    const { body } = await userAgent(at).call('jwks');
    const rsa = body.keys.filter(({ kty }: { kty: string }) => kty === 'RSA');
    return rsa.map(({ n }: { n: string }) => Buffer.from(n, 'base64url').length * 8);
  };
  const algorithmOf = (agent: UserAgent) => {
    const [header = ''] = (agent.cookies.get(cookieNames.access) ?? '').split('.');
    return JSON.parse(Buffer.from(header, 'base64url').toString()).alg;
  };

  test('are as large as policy wants from the beginning, and Argus’s own tokens of the algorithm it names', async () => {
    const strict = presetPolicy('asvs-l1');
    const policy = { ...strict, tokens: { ...strict.tokens, rsaBits: 3072, algorithm: 'ES256' } } as const;
    await using at = await openStage({ parts: { policy } });
    assert.deepEqual(await bitsOf(at), [3072, 3072]);
    const { browser: own } = await someone(at);
    assert.equal(algorithmOf(own), 'ES256');
  });

  test('grow when some tenant’s policy wants larger ones, published before they sign', async () => {
    await using at = await openStage();
    assert.deepEqual(await bitsOf(at), [2048, 2048]);
    await savePolicy(at, { tokens: { rsaBits: 3072 } });
    const { keys } = at.argus.services;
    await keys.tend('system');
    assert.deepEqual((await bitsOf(at)).toSorted(), [2048, 2048, 3072, 3072]);
    const before = keys.ring().signing('access', at.clock.now(), 'RS256').kid;
    at.clock.advance(600_000);
    await keys.tend('system');
    assert.notEqual(keys.ring().signing('access', at.clock.now(), 'RS256').kid, before);
    await keys.tend('system');
    assert.equal((await bitsOf(at)).filter((bits: number) => bits === 3072).length, 2, 'and no more of them');
  });
});
