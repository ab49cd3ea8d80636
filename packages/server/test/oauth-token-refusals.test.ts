import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
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
  secretOfClients,
  travel,
} from './oauth-stage.ts';
import { holdings, password } from './stage.ts';

const email = 'ada@example.org';
const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let server: TestServer;
let browser: UserAgent;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'notes', { scopes: ['openid', 'notes.read'] });
  await registerClient(server, 'other', { authMethod: 'client_secret_basic' });
  await registerClient(server, 'reader', { grantTypes: ['authorization_code'] });
  await registerClient(server, 'app', { type: 'public' });
  await registerClient(server, 'exempt', { requiresPkce: false });
  await registerClient(server, 'post', { authMethod: 'client_secret_post' });
  await registerClient(server, 'keyed', {
    authMethod: 'private_key_jwt',
    grantTypes: ['client_credentials'],
    jwks: { keys: [{ ...keys.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'ES256' }] },
  });
  browser = browserOf(server);
  await browser.call('signUp', { body: { email, password } });
});
after(() => server[Symbol.asyncDispose]());

interface Given {
  readonly code: string;
  readonly verifier: string;
}

/** A fresh code of a client for the one person. */
async function codeFor(
  clientId: string,
  parameters: Record<string, string | undefined> = {},
): Promise<Given> {
  const { verifier, challenge } = pkce();
  const url = authorizationUrl(server, clientId, { code_challenge: challenge, ...parameters });
  const { url: answer, page } = await travel(browser, url, { email });
  const code = answer?.searchParams.get('code');
  assert.ok(code, `${answer?.href} ${page}`);
  return { code, verifier };
}

const redemption = ({ code, verifier }: Given) => ({
  grant_type: 'authorization_code',
  code,
  code_verifier: verifier,
  redirect_uri: callback,
});

/** The same refusal, and nothing that holds state has changed. */
async function refused(
  error: string,
  fields: Record<string, string>,
  headers: Record<string, string> = basic('notes'),
): Promise<void> {
  const held = await holdings(server, false);
  const { status, body } = await askToken(server, fields, headers);
  assert.equal(body.error, error, JSON.stringify(body));
  assert.equal(status, error === 'invalid_client' ? 401 : 400);
  assert.deepEqual(await holdings(server, false), held);
}

describe('a code is redeemed by its client, once, as it was asked for', () => {
  test('a code that comes again ends what the first use began', async () => {
    const given = await codeFor('notes');
    const first = await askToken(server, redemption(given), basic('notes'));
    assert.equal(first.status, 200);
    const again = await askToken(server, redemption(given), basic('notes'));
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
    const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
    const dead = await askToken(server, refresh, basic('notes'));
    assert.equal(dead.body.error, 'invalid_grant');
  });

  test('of fifty at once one succeeds, and what it began ends with the replay', async () => {
    const given = await codeFor('notes');
    const all = await Promise.all(
      Array.from({ length: 50 }, () => askToken(server, redemption(given), basic('notes'))),
    );
    const won = all.filter(({ status }) => status === 200);
    assert.equal(won.length, 1);
    for (const { status, body } of all)
      if (status !== 200) assert.equal(body.error, 'invalid_grant', JSON.stringify(body));
    const refresh = { grant_type: 'refresh_token', refresh_token: won[0]?.body.refresh_token };
    assert.equal((await askToken(server, refresh, basic('notes'))).body.error, 'invalid_grant');
  });

  test('another client gets nothing for it, and the first one still does', async () => {
    const given = await codeFor('notes');
    await refused('invalid_grant', redemption(given), basic('other'));
    assert.equal((await askToken(server, redemption(given), basic('notes'))).status, 200);
  });

  test('after a minute it is worth nothing', async () => {
    const given = await codeFor('notes');
    server.clock.advance(60_000);
    await refused('invalid_grant', redemption(given));
  });

  test('with another redirect URI it is worth nothing', async () => {
    const given = await codeFor('notes');
    await refused('invalid_grant', { ...redemption(given), redirect_uri: `${callback}/` });
    const { redirect_uri: _, ...without } = redemption(given);
    await refused('invalid_grant', without);
  });

  test('without its verifier, or with another, it is worth nothing', async () => {
    const given = await codeFor('notes');
    const { code_verifier: _, ...without } = redemption(given);
    await refused('invalid_grant', without);
    await refused('invalid_grant', { ...redemption(given), code_verifier: pkce().verifier });
    await refused('invalid_grant', { ...redemption(given), code_verifier: 'short' });
  });

  test('a verifier that no challenge asked for is refused', async () => {
    const given = await codeFor('exempt', {
      code_challenge: undefined,
      code_challenge_method: undefined,
      nonce: 'n',
    });
    await refused('invalid_grant', redemption(given), basic('exempt'));
  });

  test('a code that was never given is refused', async () => {
    await refused('invalid_grant', redemption({ code: 'a'.repeat(43), verifier: pkce().verifier }));
    await refused('invalid_grant', redemption({ code: 'a'.repeat(5000), verifier: pkce().verifier }));
    await refused('invalid_request', { grant_type: 'authorization_code' });
  });

  test('when its session has ended meanwhile it is worth nothing', async () => {
    const guest = browserOf(server);
    const { verifier, challenge } = pkce();
    const url = authorizationUrl(server, 'notes', { code_challenge: challenge });
    const arrived = await travel(guest, url, { email });
    await guest.call('endSession');
    const code = arrived.url?.searchParams.get('code') ?? '';
    await refused('invalid_grant', redemption({ code, verifier }));
  });
});

describe('a client proves itself in one way, which is its own', () => {
  const own = { grant_type: 'refresh_token', refresh_token: 'x' };

  test('a wrong secret, an unknown client, the wrong method', async () => {
    await refused('invalid_client', own, basic('notes', 'not the secret that was given to it, at all'));
    await refused('invalid_client', own, basic('nobody'));
    await refused('invalid_client', { ...own, client_id: 'other', client_secret: secretOfClients }, {});
    await refused('invalid_grant', { ...own, client_id: 'notes', client_secret: secretOfClients }, {});
    await refused('invalid_client', { ...own, client_id: 'notes' }, {});
    await refused('invalid_client', own, basic('post'));
    await refused('invalid_client', own, {});
    await refused('invalid_client', own, { authorization: 'Basic !!!' });
  });

  test('whoever tried the basic scheme is told that it is the one', async () => {
    const { headers } = await askToken(server, own, basic('notes', 'wrong'.repeat(10)));
    assert.match(headers.get('www-authenticate') ?? '', /^Basic realm="argus"/);
  });

  test('two proofs at once are none', async () => {
    await refused('invalid_request', { ...own, client_id: 'notes', client_secret: secretOfClients });
  });

  test('a secret in the query is refused, and no secret was worth it', async () => {
    const url = new URL('/oauth/token', issuerOf(server));
    url.search = new URLSearchParams({ client_id: 'post', client_secret: secretOfClients }).toString();
    const response = await fetch(url, { method: 'POST', body: new URLSearchParams(own) });
    const body = (await response.json()) as { error: string };
    assert.deepEqual([response.status, body.error], [400, 'invalid_request']);
  });

  test('a disabled client is nobody', async () => {
    const client = await registerClient(server, 'sleepy');
    const change = {
      kind: 'set-client-status',
      clientId: client.id,
      status: 'disabled',
      at: server.clock.now(),
    } as const;
    await server.argus.services.store.commit({ tenant: client.tenant, changes: [change], events: [] });
    server.clock.advance(1_000);
    await refused('invalid_client', own, basic('sleepy'));
  });

  test('the token endpoint is for POST, and for forms', async () => {
    const url = new URL('/oauth/token', issuerOf(server));
    assert.equal((await fetch(url)).status, 405);
    const json = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...basic('notes') },
      body: '{"grant_type":"client_credentials"}',
    });
    assert.equal(json.status, 415);
    assert.equal(((await json.json()) as { error: string }).error, 'invalid_request');
  });

  test('a repeated parameter is refused', async () => {
    const body = 'grant_type=refresh_token&grant_type=refresh_token&refresh_token=x';
    const response = await fetch(new URL('/oauth/token', issuerOf(server)), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic('notes') },
      body,
    });
    assert.equal(((await response.json()) as { error: string }).error, 'invalid_request');
  });

  test('a flow that it is not registered for is refused, and one that nobody knows', async () => {
    await refused('unauthorized_client', { grant_type: 'client_credentials' });
    await refused('unauthorized_client', own, basic('reader'));
    await refused('unsupported_grant_type', { grant_type: 'password', username: email, password });
    await refused('invalid_request', {});
  });
});

describe('an assertion is for us, of its client, and for once', () => {
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
  let number = 0;

  function assertion(claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}): string {
    const seconds = Math.floor(server.clock.now() / 1000);
    number += 1;
    const parts = [
      { alg: 'ES256', kid: 'k1', ...header },
      {
        iss: 'keyed',
        sub: 'keyed',
        aud: issuerOf(server),
        jti: `jti-${number}`,
        iat: seconds,
        exp: seconds + 60,
        ...claims,
      },
    ];
    const input = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    if (header.alg === 'none') return `${input}.`;
    const key = { key: keys.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${input}.${sign('sha256', Buffer.from(input), key).toString('base64url')}`;
  }

  const shown = (text: string) => ({
    grant_type: 'client_credentials',
    client_assertion_type: type,
    client_assertion: text,
  });

  test('a good one is taken, once', async () => {
    const text = assertion();
    assert.equal((await askToken(server, shown(text))).status, 200);
    await refused('invalid_client', shown(text), {});
    const parallel = assertion();
    const all = await Promise.all(Array.from({ length: 20 }, () => askToken(server, shown(parallel))));
    assert.equal(all.filter(({ status }) => status === 200).length, 1);
  });

  const seconds = () => Math.floor(server.clock.now() / 1000);
  const wrong: Record<string, () => string> = {
    'for another server': () => assertion({ aud: 'https://elsewhere.example' }),
    'without an audience': () => assertion({ aud: undefined }),
    'that ends far away': () => assertion({ exp: seconds() + 86_400 }),
    'that is over': () => assertion({ exp: seconds() - 1, iat: seconds() - 60 }),
    'by another issuer': () => assertion({ iss: 'other' }),
    'about another client': () => assertion({ sub: 'notes' }),
    'without a jti': () => assertion({ jti: undefined }),
    unsigned: () => assertion({}, { alg: 'none' }),
    'said to be HS256': () => assertion({}, { alg: 'HS256' }),
    'by a key that nobody knows': () => assertion({}, { kid: 'k2' }),
    'that brings its key along': () =>
      assertion({}, { kid: undefined, jwk: keys.publicKey.export({ format: 'jwk' }) }),
    'that is no token': () => 'a.b.c',
  };
  for (const [name, make] of Object.entries(wrong))
    test(`one ${name} is refused`, () => refused('invalid_client', shown(make()), {}));

  test('one of another type is refused', () =>
    refused('invalid_client', { ...shown(assertion()), client_assertion_type: 'urn:other' }, {}));
});

describe('a refresh stays within what was granted', () => {
  async function tokensOf(clientId: string, scope = 'openid'): Promise<{ refresh_token: string }> {
    const given = await codeFor(clientId, { scope });
    const headers = clientId === 'app' ? {} : basic(clientId);
    const fields = { ...redemption(given), ...(clientId === 'app' ? { client_id: clientId } : {}) };
    const { status, body } = await askToken(server, fields, headers);
    assert.equal(status, 200, JSON.stringify(body));
    return body;
  }
  const refresh = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token });

  test('a wider scope is refused and costs no token', async () => {
    const { refresh_token: token } = await tokensOf('notes', 'openid');
    await refused('invalid_scope', { ...refresh(token), scope: 'openid notes.read' });
    assert.equal((await askToken(server, refresh(token), basic('notes'))).status, 200);
  });

  test('another client gets nothing for it, and nothing ends', async () => {
    const { refresh_token: token } = await tokensOf('notes');
    await refused('invalid_grant', refresh(token), basic('other'));
    assert.equal((await askToken(server, refresh(token), basic('notes'))).status, 200);
  });

  test("Argus's own refresh token is none of a client's, and a client's none of a cookie's", async () => {
    const own = browser.cookies.get('__Host-argus_refresh') ?? '';
    await refused('invalid_grant', refresh(own));
    const { refresh_token: token } = await tokensOf('notes');
    const thief = browserOf(server);
    thief.cookies.set('__Host-argus_refresh', token);
    assert.equal((await thief.call('refreshSession')).status, 401);
    assert.equal((await askToken(server, refresh(token), basic('notes'))).status, 200);
  });

  test('an access token of a client is no session', async () => {
    const given = await codeFor('notes');
    const { body } = await askToken(server, redemption(given), basic('notes'));
    const thief = browserOf(server);
    thief.cookies.set('__Host-argus_access', body.access_token);
    assert.equal((await thief.call('getSession')).status, 401);
  });

  test('after sign-out, an end by the person, or another password it is worth nothing', async () => {
    for (const end of [
      (guest: UserAgent) => guest.call('endSession'),
      (guest: UserAgent) => guest.call('endAllSessions'),
      (guest: UserAgent) =>
        guest.call('changePassword', { body: { currentPassword: password, newPassword: password } }),
    ]) {
      const guest = browserOf(server);
      const { verifier, challenge } = pkce();
      const arrived = await travel(guest, authorizationUrl(server, 'notes', { code_challenge: challenge }), {
        email,
      });
      const code = arrived.url?.searchParams.get('code') ?? '';
      const { body } = await askToken(server, redemption({ code, verifier }), basic('notes'));
      assert.ok(body.refresh_token);
      const { status } = await end(guest);
      assert.ok(status < 300, `${status}`);
      await refused('invalid_grant', refresh(body.refresh_token));
    }
    browser = browserOf(server);
  });

  test('a hundred at once leave one successor, or nothing that lives', async () => {
    const { refresh_token: token } = await tokensOf('notes');
    const all = await Promise.all(
      Array.from({ length: 100 }, () => askToken(server, refresh(token), basic('notes'))),
    );
    const successors = new Set(
      all.filter(({ status }) => status === 200).map(({ body }) => body.refresh_token),
    );
    assert.equal(successors.size, 1, 'a confidential client may ask again within ten seconds');
    const [successor = ''] = successors;
    assert.equal((await askToken(server, refresh(successor), basic('notes'))).status, 200);
  });

  test('of a public client that is bound to no key the family ends when its token comes again', async () => {
    const { refresh_token: token } = await tokensOf('app');
    const fields = { ...refresh(token), client_id: 'app' };
    const first = await askToken(server, fields);
    assert.equal(first.status, 200);
    assert.equal((await askToken(server, fields)).body.error, 'invalid_grant');
    const successor = { ...refresh(first.body.refresh_token), client_id: 'app' };
    assert.equal((await askToken(server, successor)).body.error, 'invalid_grant');
  });
});
