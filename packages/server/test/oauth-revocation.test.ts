import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generousLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import * as oauth from 'oauth4webapi';
import {
  addTenant,
  askUserInfo,
  claimsIn,
  eventsOf,
  type Fields,
  type Holder,
  isActive,
  letIn,
  newHolder,
  say,
  tamperedWith,
} from './oauth-holders.ts';
import {
  askToken,
  basic,
  declareResource,
  issuerOf,
  openProvider,
  registerClient,
  secretOfClients,
} from './oauth-stage.ts';
import { holdings } from './stage.ts';

const api = 'https://notes.example/api';
let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await declareResource(server, api, ['notes.read']);
  await registerClient(server, 'app');
  await registerClient(server, 'other-app');
  await registerClient(server, 'browser-app', { type: 'public', origins: ['https://app.example'] });
  await registerClient(server, 'batch', {
    scopes: ['notes.read'],
    resources: [api],
    grantTypes: ['client_credentials'],
  });
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

function revokeAs(clientId: string, token: string, more: Fields = {}) {
  return say(server, '/oauth/revoke', { token, ...more }, basic(clientId));
}

function refresh(clientId: string, refreshToken: string) {
  return askToken(server, { grant_type: 'refresh_token', refresh_token: refreshToken }, basic(clientId));
}

function tokensIn({ access_token, refresh_token }: Record<string, string | undefined>): string[] {
  return [access_token, refresh_token].filter((token) => token !== undefined);
}

describe('what a revocation ends', () => {
  test('a refresh token: its whole family and the access tokens of it, and nothing else', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    const others = await letIn(server, holder, 'app');
    const { status, text, headers } = await revokeAs('app', refresh_token);
    assert.deepEqual([status, text, headers.get('cache-control')], [200, '', 'no-store']);
    const refused = await refresh('app', refresh_token);
    assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant']);
    assert.equal(await isActive(server, 'app', access_token), false);
    assert.equal((await askUserInfo(server, access_token)).status, 401);
    assert.equal(
      await isActive(server, 'app', others.access_token),
      true,
      'another grant of the same client',
    );
    assert.equal((await holder.browser.call('getSession')).status, 200, 'the session goes on');
  });

  test('an access token: that one alone', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    assert.equal((await revokeAs('app', access_token)).status, 200);
    assert.equal(await isActive(server, 'app', access_token), false);
    assert.equal((await askUserInfo(server, access_token)).status, 401);
    const renewed = await refresh('app', refresh_token);
    assert.equal(renewed.status, 200);
    assert.equal(await isActive(server, 'app', renewed.body.access_token), true);
  });

  test('a token of a client for itself', async () => {
    const first = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    const second = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    assert.equal((await revokeAs('batch', first.body.access_token)).status, 200);
    assert.equal(await isActive(server, 'batch', first.body.access_token), false);
    assert.equal(await isActive(server, 'batch', second.body.access_token), true);
  });

  test('a token of a public client, which only has to name itself', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'browser-app');
    const fields = { token: refresh_token, client_id: 'browser-app' };
    assert.equal((await say(server, '/oauth/revoke', fields)).status, 200);
    assert.equal((await askUserInfo(server, access_token)).status, 401);
  });

  test('a refresh token that was renewed since: its successors', async () => {
    const { refresh_token } = await letIn(server, holder, 'app');
    const { body } = await refresh('app', refresh_token);
    assert.equal((await revokeAs('app', refresh_token)).status, 200);
    for (const token of tokensIn(body)) assert.equal(await isActive(server, 'app', token), false);
  });

  test('whatever the hint says it is', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    await revokeAs('app', access_token, { token_type_hint: 'refresh_token' });
    assert.equal(await isActive(server, 'app', access_token), false);
    await revokeAs('app', refresh_token, { token_type_hint: 'made_up' });
    assert.equal(await isActive(server, 'app', refresh_token), false);
  });

  test('a stock client is understood', async () => {
    const { refresh_token } = await letIn(server, holder, 'app');
    const issuer = new URL(issuerOf(server));
    const insecure = { [oauth.allowInsecureRequests]: true } as const;
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const auth = oauth.ClientSecretBasic(secretOfClients);
    const response = await oauth.revocationRequest(as, { client_id: 'app' }, auth, refresh_token, insecure);
    assert.equal(await oauth.processRevocationResponse(response), undefined);
    assert.equal(await isActive(server, 'app', refresh_token), false);
  });

  test('the audit log tells whose token it was, and no token', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    await revokeAs('app', access_token);
    await revokeAs('app', refresh_token);
    const [ofRefresh, ofAccess] = await eventsOf(server, 'token.revoked');
    const { gid, jti } = claimsIn(access_token);
    for (const event of [ofRefresh, ofAccess]) {
      assert.deepEqual(
        [event?.actor, event?.userId, event?.sessionId, event?.grantId],
        ['client:app', holder.userId, holder.sessionId, gid],
      );
    }
    assert.deepEqual([ofRefresh?.reason, ofAccess?.reason], ['refresh-token', 'access-token']);
    assert.deepEqual(ofAccess?.details, { clientId: 'app', jti });
    assert.deepEqual(ofRefresh?.details, { clientId: 'app' });
  });
});

describe('what a revocation cannot end', () => {
  test("another client's token: refused, still live, and the log knows who tried", async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    const before = await holdings(server, false);
    for (const token of [access_token, refresh_token]) {
      const { status, body } = await revokeAs('other-app', token);
      assert.deepEqual([status, body.error], [400, 'invalid_grant']);
      assert.equal(await isActive(server, 'app', token), true);
    }
    assert.deepEqual(await holdings(server, false), before);
    const [event] = await eventsOf(server, 'client.refused');
    assert.deepEqual([event?.actor, event?.reason], ['client:other-app', 'foreign-token']);
  });

  test('a token of another tenant', async () => {
    const other = await addTenant(server, 'revocation-other');
    await registerClient(server, 'foreign-app', { tenant: other });
    const { refresh_token } = await letIn(server, holder, 'app');
    const { status, body } = await revokeAs('foreign-app', refresh_token);
    assert.deepEqual([status, body.error], [400, 'invalid_grant']);
    assert.equal(await isActive(server, 'app', refresh_token), true);
  });

  test('anything for whoever cannot prove to be the client', async () => {
    const { refresh_token: token } = await letIn(server, holder, 'app');
    const path = '/oauth/revoke';
    for (const answer of [
      await say(server, path, { token }),
      await say(server, path, { token, client_id: 'app' }),
      await say(server, path, { token }, basic('app', 'y'.repeat(32))),
    ])
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_client']);
    assert.equal(await isActive(server, 'app', token), true);
  });

  test('what is no token, or no good one any more: 200, and nothing is written, not even a line of the log', async () => {
    const { access_token, refresh_token, id_token } = await letIn(server, holder, 'app');
    await revokeAs('app', refresh_token);
    const before = await holdings(server);
    for (const token of [
      'x',
      'a.b.c',
      id_token,
      access_token,
      refresh_token,
      tamperedWith(access_token, { exp: 4_000_000_000 }),
    ]) {
      const { status, text } = await revokeAs('app', token);
      assert.deepEqual([status, text], [200, '']);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('anything by a request that names no token, two, or comes by GET', async () => {
    const none = await say(server, '/oauth/revoke', {}, basic('app'));
    const two = await say(
      server,
      '/oauth/revoke',
      [
        ['token', 'a'],
        ['token', 'b'],
      ],
      basic('app'),
    );
    for (const { status, body } of [none, two])
      assert.deepEqual([status, body.error], [400, 'invalid_request']);
    const got = await fetch(new URL('/oauth/revoke?token=a', issuerOf(server)), { headers: basic('app') });
    assert.equal(got.status, 405);
  });
});

test('a revocation that races a refresh leaves no live token', async () => {
  for (let round = 0; round < 20; round += 1) {
    const { access_token, refresh_token } = await letIn(server, holder, 'app');
    const [renewed] = await Promise.all([refresh('app', refresh_token), revokeAs('app', refresh_token)]);
    for (const token of [access_token, refresh_token, ...tokensIn(renewed.body)])
      assert.equal(await isActive(server, 'app', token), false);
    const { refresh_token: newest = refresh_token } = renewed.body;
    assert.equal((await refresh('app', newest)).body.error, 'invalid_grant');
  }
});

describe('pages of other origins', () => {
  async function preflight(path: string, origin: string) {
    const headers = { origin, 'access-control-request-method': 'POST' };
    return fetch(new URL(path, issuerOf(server)), { method: 'OPTIONS', headers });
  }

  test('may revoke from where a client is registered, and from nowhere else', async () => {
    const own = await preflight('/oauth/revoke', 'https://app.example');
    assert.equal(own.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.equal(own.headers.get('access-control-allow-credentials'), null);
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null']) {
      const foreign = await preflight('/oauth/revoke', origin);
      assert.equal(foreign.headers.get('access-control-allow-origin'), null, origin);
    }
  });

  test('never introspect', async () => {
    const asked = await preflight('/oauth/introspect', 'https://app.example');
    assert.equal(asked.headers.get('access-control-allow-origin'), null);
  });
});

test('strangers can name a public client only so often', async () => {
  await using limited = await openProvider({
    parts: { limits: { ...generousLimits, oauth: { burst: 2, everySeconds: 60 } } },
  });
  await registerClient(limited, 'browser-app', { type: 'public' });
  const fields = { token: 'x', client_id: 'browser-app' };
  const statuses: number[] = [];
  for (let round = 0; round < 3; round += 1)
    statuses.push((await say(limited, '/oauth/revoke', fields)).status);
  assert.deepEqual(statuses, [200, 200, 429]);
});
