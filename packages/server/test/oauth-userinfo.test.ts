import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { UserId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import * as oauth from 'oauth4webapi';
import {
  askUserInfo,
  claimsIn,
  type Holder,
  letIn,
  newDpopKey,
  newHolder,
  say,
  tamperedWith,
  unsigned,
} from './oauth-holders.ts';
import { askToken, basic, declareResource, issuerOf, openProvider, registerClient } from './oauth-stage.ts';
import { holdings, tenant } from './stage.ts';

const api = 'https://notes.example/api';
const path = '/oauth/userinfo';
let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await declareResource(server, api, ['notes.read']);
  await registerClient(server, 'app');
  await registerClient(server, 'browser-app', { type: 'public', origins: ['https://app.example'] });
  await registerClient(server, 'notes-app', { scopes: ['openid', 'notes.read'], resources: [api] });
  await registerClient(server, 'batch', { grantTypes: ['client_credentials'] });
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

function challengeOf({ headers }: { readonly headers: Headers }): string {
  return headers.get('www-authenticate') ?? '';
}

describe('what is told', () => {
  const about = () => ({ email: holder.email, email_verified: false });
  const cases = [
    ['openid', () => ({})],
    ['openid profile', () => ({ name: 'Holder 1' })],
    ['openid email', about],
    ['openid profile email', () => ({ name: 'Holder 1', ...about() })],
  ] as const;
  for (const [scope, more] of cases)
    test(`with ${scope}`, async () => {
      const { access_token } = await letIn(server, holder, 'app', { scope });
      const { status, body, headers } = await askUserInfo(server, access_token);
      assert.deepEqual([status, body], [200, { sub: holder.userId, ...more() }]);
      assert.equal(headers.get('cache-control'), 'no-store');
    });

  test('by POST, with the token in the header or in the form (RFC 6750 §2.2)', async () => {
    const { access_token } = await letIn(server, holder, 'app', { scope: 'openid' });
    const inHeader = await say(server, path, {}, { authorization: `Bearer ${access_token}` });
    const inForm = await say(server, path, { access_token });
    const lowerCase = await say(server, path, {}, { authorization: `bearer ${access_token}` });
    for (const { status, body } of [inHeader, inForm, lowerCase])
      assert.deepEqual([status, body], [200, { sub: holder.userId }]);
  });

  test('the sub is that of the ID token, as a stock client demands', async () => {
    const { access_token, id_token } = await letIn(server, holder, 'app');
    const issuer = new URL(issuerOf(server));
    const insecure = { [oauth.allowInsecureRequests]: true } as const;
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client = { client_id: 'app' };
    const response = await oauth.userInfoRequest(as, client, access_token, insecure);
    const said = await oauth.processUserInfoResponse(as, client, claimsIn(id_token).sub, response);
    assert.equal(said.email, holder.email);
  });

  test('the present, not what was true when the token was issued', async () => {
    const person = await newHolder(server);
    const { access_token } = await letIn(server, person, 'app');
    const change = { kind: 'set-user-name', userId: person.userId as UserId, name: 'Renamed' } as const;
    await server.argus.services.store.commit({ tenant, changes: [change], events: [] });
    assert.equal((await askUserInfo(server, access_token)).body.name, 'Renamed');
  });
});

describe('tokens that are not good here', () => {
  test('no token: how to come back, and no error (RFC 6750 §3.1)', async () => {
    const answer = await fetch(new URL(path, issuerOf(server)));
    assert.deepEqual([answer.status, await answer.text()], [401, '']);
    assert.equal(
      challengeOf(answer),
      'Bearer realm="argus", DPoP realm="argus", algs="ES256 EdDSA PS256 RS256"',
    );
  });

  test('another scheme, or cookies alone, are no token', async () => {
    const byBasic = await askUserInfo(server, '', basic('app'));
    assert.deepEqual([byBasic.status, byBasic.text], [401, '']);
    const byCookie = await holder.browser.fetch(path);
    assert.equal(byCookie.status, 401);
  });

  test('what is no access token of ours is refused, and nothing changes', async () => {
    const { access_token, refresh_token, id_token } = await letIn(server, holder, 'app');
    const before = await holdings(server);
    for (const token of [
      'x',
      id_token,
      refresh_token,
      unsigned(access_token),
      tamperedWith(access_token, { sub: '01990000-0000-7000-8000-00000000beef' }),
      'A'.repeat(9_000),
    ]) {
      const answer = await askUserInfo(server, token);
      assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_token'], token.slice(0, 40));
      assert.match(challengeOf(answer), /^Bearer realm="argus", error="invalid_token", error_description="/);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('the token of our own pages, and one for an API alone, are for somebody else', async () => {
    const own = holder.browser.cookies.get('__Host-argus_access') ?? '';
    const { access_token } = await letIn(server, holder, 'notes-app', { scope: 'notes.read' });
    assert.equal(claimsIn(access_token).aud, api);
    for (const token of [own, access_token]) assert.equal((await askUserInfo(server, token)).status, 401);
  });

  test('a token of a client for itself speaks of nobody', async () => {
    const { body } = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    const answer = await askUserInfo(server, body.access_token);
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_token']);
  });

  test('without the scope openid it says which is needed', async () => {
    const { access_token } = await letIn(server, holder, 'app', { scope: 'profile' });
    const answer = await askUserInfo(server, access_token);
    assert.deepEqual([answer.status, answer.body.error], [403, 'insufficient_scope']);
    assert.match(challengeOf(answer), /^Bearer .*error="insufficient_scope".*scope="openid"/);
  });

  test('a token in the query, in two places or out of shape is a malformed request', async () => {
    const { access_token } = await letIn(server, holder, 'app');
    const authorization = `Bearer ${access_token}`;
    const tries = [
      await askUserInfo(server, '', { authorization: 'Bearer' }),
      await askUserInfo(server, '', { authorization: 'Bearer a b' }),
      await say(server, path, { access_token }, { authorization }),
      await say(server, path, [
        ['access_token', access_token],
        ['access_token', access_token],
      ]),
    ];
    const query = await fetch(new URL(`${path}?access_token=${access_token}`, issuerOf(server)));
    tries.push({
      ...query,
      status: query.status,
      headers: query.headers,
      text: '',
      body: await query.json(),
    });
    for (const answer of tries) {
      assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_request']);
      assert.match(challengeOf(answer), /error="invalid_request"/);
    }
  });

  test('an ended session and an expired token, at once', async () => {
    const person = await newHolder(server);
    const { access_token } = await letIn(server, person, 'app');
    assert.equal((await askUserInfo(server, access_token)).status, 200);
    await person.browser.call('endSession');
    assert.equal((await askUserInfo(server, access_token)).status, 401);
    const later = await letIn(server, await newHolder(server), 'app');
    server.clock.advanceTo(claimsIn(later.access_token).exp * 1000);
    assert.equal((await askUserInfo(server, later.access_token)).status, 401);
  });
});

describe('a token that is bound to a key (RFC 9449 §7)', () => {
  const key = newDpopKey();

  async function bound() {
    const person = await newHolder(server);
    const { access_token } = await letIn(server, person, 'app', { key });
    return access_token;
  }

  function show(token: string, proof: string | null, scheme = 'DPoP') {
    const authorization = `${scheme} ${token}`;
    return askUserInfo(server, token, proof === null ? { authorization } : { authorization, dpop: proof });
  }

  const proofFor = (accessToken: string, more: object = {}) =>
    key.prove(server, { path, method: 'GET', accessToken, ...more });

  test('is good with a fresh proof by that key, once', async () => {
    const token = await bound();
    const proof = proofFor(token);
    const good = await show(token, proof);
    assert.deepEqual([good.status, good.body.sub], [200, claimsIn(token).sub]);
    assert.ok(good.headers.get('dpop-nonce'));
    const replayed = await show(token, proof);
    assert.deepEqual([replayed.status, replayed.body.error], [401, 'invalid_dpop_proof']);
    assert.match(challengeOf(replayed), /^DPoP .*error="invalid_dpop_proof".*algs="/);
  });

  test('tells the nonce that a proof must carry', async () => {
    const token = await bound();
    const asked = await show(token, proofFor(token, { nonce: null }));
    assert.deepEqual([asked.status, asked.body.error], [401, 'use_dpop_nonce']);
    assert.match(challengeOf(asked), /^DPoP .*error="use_dpop_nonce"/);
    const nonce = asked.headers.get('dpop-nonce') ?? '';
    assert.equal((await show(token, proofFor(token, { nonce }))).status, 200);
    const stale = await show(token, proofFor(token, { nonce: `${nonce.slice(0, -2)}AA` }));
    assert.equal(stale.body.error, 'use_dpop_nonce');
  });

  test('is worth nothing without it, as a bearer token, or with a proof of something else', async () => {
    const [token, another] = [await bound(), await bound()];
    const own = { path, method: 'GET' };
    const cases = [
      ['no proof', await show(token, null), 'invalid_dpop_proof'],
      ['as a bearer token', await show(token, null, 'Bearer'), 'invalid_token'],
      ['as a bearer token with its proof', await show(token, proofFor(token), 'Bearer'), 'invalid_token'],
      ['no token in the proof', await show(token, key.prove(server, own)), 'invalid_dpop_proof'],
      ['another token in the proof', await show(token, proofFor(another)), 'invalid_dpop_proof'],
      ['another method', await show(token, proofFor(token, { method: 'POST' })), 'invalid_dpop_proof'],
      ['another path', await show(token, proofFor(token, { path: '/oauth/token' })), 'invalid_dpop_proof'],
      ['two proofs', await show(token, `${proofFor(token)}, ${proofFor(token)}`), 'invalid_dpop_proof'],
      [
        'another key',
        await show(token, newDpopKey().prove(server, { ...own, accessToken: token })),
        'invalid_token',
      ],
    ] as const;
    for (const [what, { status, body, headers }, error] of cases) {
      assert.deepEqual([status, body.error], [401, error], what);
      assert.match(headers.get('www-authenticate') ?? '', /^DPoP realm="argus", error="/, what);
    }
    assert.equal((await show(token, proofFor(token))).status, 200);
  });

  test('and an unbound token does not become bound by a proof', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'app');
    const answer = await show(access_token, proofFor(access_token));
    assert.deepEqual([answer.status, answer.body.error], [401, 'invalid_token']);
  });
});

describe('pages of other origins', () => {
  test('read it from where a client is registered', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'browser-app');
    const own = await askUserInfo(server, access_token, { origin: 'https://app.example' });
    assert.equal(own.headers.get('access-control-allow-origin'), 'https://app.example');
    assert.match(own.headers.get('vary') ?? '', /Origin/);
    const foreign = await askUserInfo(server, access_token, { origin: 'https://evil.example' });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    const asked = await fetch(new URL(path, issuerOf(server)), {
      method: 'OPTIONS',
      headers: { origin: 'https://app.example', 'access-control-request-headers': 'authorization, dpop' },
    });
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /Authorization.*DPoP/);
  });
});
