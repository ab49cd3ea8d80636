import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { SessionId, UserId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import * as oauth from 'oauth4webapi';
import {
  addTenant,
  claimsIn,
  type Holder,
  headerOf,
  introspectAs,
  isActive,
  letIn,
  newDpopKey,
  newHolder,
  say,
  setClientStatus,
  tamperedWith,
  unsigned,
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
import { holdings, tenant } from './stage.ts';

const notesApi = 'https://notes.example/api';
const mailApi = 'https://mail.example/api';
const dead = JSON.stringify({ active: false });

let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await declareResource(server, notesApi, ['notes.read']);
  await declareResource(server, mailApi, ['mail.read']);
  const scopes = ['openid', 'profile', 'email', 'notes.read'];
  await registerClient(server, 'app', { scopes, resources: [notesApi] });
  await registerClient(server, 'browser-app', { type: 'public', scopes, resources: [notesApi] });
  await registerClient(server, 'batch', {
    scopes: ['notes.read'],
    resources: [notesApi],
    grantTypes: ['client_credentials'],
  });
  await registerClient(server, 'notes-api', { resources: [notesApi], mayIntrospect: true });
  await registerClient(server, 'mail-api', { resources: [mailApi], mayIntrospect: true });
  await registerClient(server, 'curious', { scopes, resources: [notesApi] });
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

const askFor = { scope: 'openid notes.read', resource: notesApi };

describe('who is told what', () => {
  test('a client hears of its own access token what the token says', async () => {
    const { access_token } = await letIn(server, holder, 'app', askFor);
    const { status, headers, body } = await introspectAs(server, 'app', access_token);
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.deepEqual(body, { active: true, token_type: 'Bearer', ...claimsIn(access_token) });
    assert.deepEqual(
      [body.sub, body.sid, body.client_id, body.scope, body.tenant],
      [holder.userId, holder.sessionId, 'app', askFor.scope, tenant],
    );
    assert.equal(body.acr, 'urn:argus:aal1');
    assert.equal(typeof body.auth_time, 'number');
  });

  test('and of its own refresh token', async () => {
    const { refresh_token } = await letIn(server, holder, 'app', askFor);
    const { body } = await introspectAs(server, 'app', refresh_token);
    const { sub, sid, exp, iat } = claimsIn(refresh_token);
    const { active, client_id, scope, iss } = body;
    assert.deepEqual(
      { active, client_id, scope, iss, sub: body.sub, sid: body.sid, exp: body.exp, iat: body.iat },
      { active: true, client_id: 'app', scope: askFor.scope, iss: issuerOf(server), sub, sid, exp, iat },
    );
    assert.equal('token_type' in body, false, 'a refresh token is no token of a token type');
  });

  test('an API hears of the tokens that are for it, and of no others', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app', askFor);
    assert.equal((await introspectAs(server, 'notes-api', access_token)).body.active, true);
    for (const [asker, token] of [
      ['mail-api', access_token],
      ['notes-api', refresh_token],
      ['curious', access_token],
      ['curious', refresh_token],
    ] as const)
      assert.equal((await introspectAs(server, asker, token)).text, dead, asker);
  });

  test('a token of a client for itself, and one that is bound to a key, say so', async () => {
    const own = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    const ofClient = (await introspectAs(server, 'notes-api', own.body.access_token)).body;
    assert.deepEqual([ofClient.active, ofClient.sub, ofClient.sid], [true, 'batch', undefined]);
    const key = newDpopKey();
    const bound = await letIn(server, holder, 'app', { ...askFor, key });
    const ofKey = (await introspectAs(server, 'notes-api', bound.access_token)).body;
    assert.deepEqual([ofKey.token_type, ofKey.cnf], ['DPoP', { jkt: key.jkt }]);
    // RFC 9449 §5: the refresh token of a confidential client is bound to its authentication instead.
    const ofRefresh = (await introspectAs(server, 'app', bound.refresh_token)).body;
    assert.deepEqual([ofRefresh.active, ofRefresh.cnf], [true, undefined]);
  });

  test('an API of another tenant hears nothing, though its list names the same resource', async () => {
    const other = await addTenant(server, 'introspection-other');
    await registerClient(server, 'spy-api', { tenant: other, resources: [notesApi], mayIntrospect: true });
    const { access_token, refresh_token } = await letIn(server, holder, 'app', askFor);
    assert.equal((await introspectAs(server, 'spy-api', access_token)).text, dead);
    assert.equal((await introspectAs(server, 'spy-api', refresh_token)).text, dead);
  });
});

describe('who may not ask at all', () => {
  test('nobody without a proof: no client, a public one, a wrong secret, two proofs, one in the query', async () => {
    const { access_token: token } = await letIn(server, holder, 'app', askFor);
    const path = '/oauth/introspect';
    const wrong = await say(server, path, { token }, basic('app', 'x'.repeat(32)));
    assert.deepEqual([wrong.status, wrong.body.error], [401, 'invalid_client']);
    assert.match(wrong.headers.get('www-authenticate') ?? '', /^Basic /);
    const tries = [
      await say(server, path, { token }),
      await say(server, path, { token, client_id: 'browser-app' }),
      await say(server, path, { token, client_id: 'app', client_secret: 'x'.repeat(32) }),
      await say(server, path, { token }, basic('nobody')),
    ];
    for (const { status, body } of tries) assert.deepEqual([status, body.error], [401, 'invalid_client']);
    const twice = await say(server, path, { token, client_secret: secretOfClients }, basic('app'));
    assert.deepEqual([twice.status, twice.body.error], [400, 'invalid_request']);
    const inQuery = await say(server, `${path}?client_secret=${secretOfClients}`, {
      token,
      client_id: 'app',
    });
    assert.deepEqual([inQuery.status, inQuery.body.error], [400, 'invalid_request']);
  });

  test('a question without a token, with two, or by GET is none', async () => {
    const path = '/oauth/introspect';
    const none = await say(server, path, {}, basic('app'));
    const empty = await say(server, path, { token: '' }, basic('app'));
    const two = await say(
      server,
      path,
      [
        ['token', 'a'],
        ['token', 'b'],
      ],
      basic('app'),
    );
    for (const { status, body } of [none, empty, two])
      assert.deepEqual([status, body.error], [400, 'invalid_request']);
    const got = await fetch(new URL(`${path}?token=x`, issuerOf(server)), { headers: basic('app') });
    assert.equal(got.status, 405);
  });
});

describe('what is no live token of ours', () => {
  test('anything else answers the same, changes nothing and fails nowhere', async () => {
    const { access_token, id_token } = await letIn(server, holder, 'app', askFor);
    const before = await holdings(server);
    const texts = [
      'x',
      'a.b.c',
      id_token,
      unsigned(access_token),
      tamperedWith(access_token, { client_id: 'notes-api' }),
      tamperedWith(access_token, { exp: 4_000_000_000 }),
      `${access_token}=`,
      `${access_token} `,
      access_token.slice(0, -2),
      `${'A'.repeat(9_000)}.B.C`,
      '💣',
    ];
    for (const text of texts) {
      const answer = await introspectAs(server, 'app', text);
      assert.deepEqual([answer.status, answer.text], [200, dead], text.slice(0, 50));
    }
    assert.equal((await introspectAs(server, 'app', '\u0000')).status, 400);
    assert.deepEqual(await holdings(server), before);
  });

  test('the access token of our own pages is for nobody else', async () => {
    const cookie = holder.browser.cookies.get('__Host-argus_access') ?? '';
    assert.ok(cookie);
    assert.equal((await introspectAs(server, 'notes-api', cookie)).text, dead);
  });
});

describe('an end takes effect at once', () => {
  /** A fresh person's live tokens, and whether they are still so for client and API. */
  async function held() {
    const person = await newHolder(server);
    const { access_token, refresh_token } = await letIn(server, person, 'app', askFor);
    const alive = async () => [
      await isActive(server, 'app', access_token),
      await isActive(server, 'notes-api', access_token),
      await isActive(server, 'app', refresh_token),
    ];
    assert.deepEqual(await alive(), [true, true, true]);
    return { person, access_token, refresh_token, alive };
  }

  test('of the session, by sign-out', async () => {
    const { person, alive } = await held();
    await person.browser.call('endSession');
    assert.deepEqual(await alive(), [false, false, false]);
  });

  test('of the session, by an administrator', async () => {
    const { person, alive } = await held();
    const { store, clock } = server.argus.services;
    const sessionId = person.sessionId as SessionId;
    const by = { actor: 'operator' };
    const at = clock.now();
    const change = { kind: 'end-session', sessionId, reason: 'ended-by-administrator', at, by } as const;
    await store.commit({ tenant, changes: [change], events: [] });
    assert.deepEqual(await alive(), [false, false, false]);
  });

  test('of the person', async () => {
    const { person, alive } = await held();
    const userId = person.userId as UserId;
    const change = { kind: 'set-user-status', userId, status: 'disabled' } as const;
    await server.argus.services.store.commit({ tenant, changes: [change], events: [] });
    assert.deepEqual(await alive(), [false, false, false]);
  });

  test('of the client, for everyone who holds its tokens', async () => {
    await registerClient(server, 'short-lived', { scopes: ['openid', 'notes.read'], resources: [notesApi] });
    const { access_token } = await letIn(server, holder, 'short-lived', askFor);
    assert.equal(await isActive(server, 'notes-api', access_token), true);
    await setClientStatus(server, 'short-lived', 'disabled');
    assert.equal(await isActive(server, 'notes-api', access_token), false);
  });

  test('of a client with tokens of its own', async () => {
    const { body } = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    assert.equal(await isActive(server, 'notes-api', body.access_token), true);
    await setClientStatus(server, 'batch', 'disabled');
    assert.equal(await isActive(server, 'notes-api', body.access_token), false);
    await setClientStatus(server, 'batch', 'active');
  });

  test('of a refresh token that was renewed, and only of that', async () => {
    const { access_token, refresh_token } = await letIn(server, holder, 'app', askFor);
    const renewed = await askToken(server, { grant_type: 'refresh_token', refresh_token }, basic('app'));
    assert.equal(await isActive(server, 'app', refresh_token), false);
    assert.equal(await isActive(server, 'app', renewed.body.refresh_token), true);
    assert.equal(await isActive(server, 'app', access_token), true);
  });

  test('of its time, at the very second', async () => {
    const { access_token } = await letIn(server, holder, 'app', askFor);
    const { exp } = claimsIn(access_token);
    server.clock.advanceTo(exp * 1000 - 1);
    assert.equal(await isActive(server, 'notes-api', access_token), true);
    server.clock.advanceTo(exp * 1000);
    assert.equal(await isActive(server, 'notes-api', access_token), false);
  });
});

describe('a signed answer (RFC 9701)', () => {
  const accept = { accept: 'application/token-introspection+jwt' };

  test('says the same to a stock client, which verifies it by our published keys', async () => {
    await registerClient(server, 'sealed-api', {
      resources: [notesApi],
      mayIntrospect: true,
      idTokenAlgorithm: 'ES256',
    });
    const { access_token } = await letIn(server, await newHolder(server), 'app', askFor);
    const issuer = new URL(issuerOf(server));
    const insecure = { [oauth.allowInsecureRequests]: true } as const;
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    const client = { client_id: 'sealed-api', introspection_signed_response_alg: 'ES256' };
    const response = await oauth.introspectionRequest(
      as,
      client,
      oauth.ClientSecretBasic(secretOfClients),
      access_token,
      { requestJwtResponse: true, ...insecure },
    );
    assert.equal(response.headers.get('content-type'), accept.accept);
    const said = await oauth.processIntrospectionResponse(as, client, response);
    await oauth.validateApplicationLevelSignature(as, response, insecure);
    assert.deepEqual({ ...said }, (await introspectAs(server, 'sealed-api', access_token)).body);
  });

  test('is for the API that asked, of its own type, and says of a dead token only that', async () => {
    const { text, status } = await introspectAs(server, 'notes-api', 'no token', accept);
    assert.equal(status, 200);
    assert.equal(headerOf(text).typ, 'token-introspection+jwt');
    const { iss, aud, iat, ...rest } = claimsIn(text);
    assert.deepEqual([iss, aud, iat], [issuerOf(server), 'notes-api', Math.floor(server.clock.now() / 1000)]);
    assert.deepEqual(rest, { token_introspection: { active: false } });
  });

  test('is no token itself', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'app', askFor);
    const { text } = await introspectAs(server, 'app', access_token, accept);
    assert.equal((await introspectAs(server, 'app', text)).text, dead);
  });

  test('comes only when asked for', async () => {
    const { headers } = await introspectAs(server, 'app', 'x', { accept: 'application/jwt, */*' });
    assert.match(headers.get('content-type') ?? '', /^application\/json/);
  });
});
