import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import {
  addTenant,
  askUserInfo,
  claimsIn,
  type DpopKey,
  eventsOf,
  type Fields,
  type Holder,
  introspectAs,
  isActive,
  letIn,
  newDpopKey,
  newHolder,
  type Said,
  say,
  setClientStatus,
  tamperedWith,
} from './oauth-holders.ts';
import { askToken, basic, declareResource, openProvider, registerClient } from './oauth-stage.ts';
import { holdings } from './stage.ts';

const notesApi = 'https://notes.example/api';
const storageApi = 'https://storage.example/api';
const grantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessType = 'urn:ietf:params:oauth:token-type:access_token';
const scopes = ['openid', 'notes.read', 'files.read', 'files.write'];
let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await declareResource(server, notesApi, ['notes.read']);
  await declareResource(server, storageApi, ['files.read', 'files.write']);
  await registerClient(server, 'app', { scopes, resources: [notesApi, storageApi] });
  // The API that people's tokens reach, and that itself needs another one.
  await registerClient(server, 'notes-api', {
    scopes: ['files.read'],
    resources: [notesApi, storageApi],
    grantTypes: [grantType],
    mayIntrospect: true,
  });
  await registerClient(server, 'storage-api', { resources: [storageApi], mayIntrospect: true });
  await registerClient(server, 'bystander', {
    scopes,
    resources: [notesApi, storageApi],
    grantTypes: [grantType],
  });
  await registerClient(server, 'batch', {
    scopes: ['files.read'],
    resources: [notesApi],
    grantTypes: ['client_credentials'],
  });
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

const asked = { scope: 'openid notes.read files.read files.write', resource: notesApi };

function exchangeAs(
  clientId: string,
  subjectToken: string,
  more: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const fields: Fields = {
    grant_type: grantType,
    subject_token: subjectToken,
    subject_token_type: accessType,
    resource: storageApi,
    ...more,
  };
  return say(server, '/oauth/token', fields, { ...basic(clientId), ...headers });
}

describe('what comes out', () => {
  test('a token for the same person in the same session, for another API, that says who acts', async () => {
    const { access_token } = await letIn(server, holder, 'app', asked);
    const { status, body, text, headers } = await exchangeAs('notes-api', access_token);
    assert.equal(status, 200, text);
    assert.equal(headers.get('cache-control'), 'no-store');
    const { access_token: exchanged, ...rest } = body;
    assert.deepEqual(rest, {
      issued_token_type: accessType,
      token_type: 'Bearer',
      expires_in: 300,
      scope: 'files.read',
    });
    const [was, is] = [claimsIn(access_token), claimsIn(exchanged)];
    const same = ['iss', 'sub', 'sid', 'gid', 'sct', 'acr', 'amr', 'auth_time', 'tenant', 'roles'];
    for (const name of same) assert.deepEqual(is[name], was[name], name);
    assert.deepEqual([is.aud, is.client_id, is.scope], [storageApi, 'notes-api', 'files.read']);
    assert.deepEqual(is.act, { sub: 'notes-api', client_id: 'notes-api' });
    assert.notEqual(is.jti, was.jti);
  });

  test('the API that it is for may introspect it, the one that it came from not, and userinfo is not for it', async () => {
    const { access_token } = await letIn(server, holder, 'app', asked);
    const { body } = await exchangeAs('notes-api', access_token);
    const seen = (await introspectAs(server, 'storage-api', body.access_token)).body;
    assert.deepEqual([seen.active, seen.act], [true, { sub: 'notes-api', client_id: 'notes-api' }]);
    assert.equal((await introspectAs(server, 'app', body.access_token)).body.active, false);
    assert.equal((await askUserInfo(server, body.access_token)).status, 401);
  });

  test('never longer than what went in', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'app', asked);
    server.clock.advance(240_000);
    const { body } = await exchangeAs('notes-api', access_token);
    assert.equal(claimsIn(body.access_token).exp, claimsIn(access_token).exp);
    assert.equal(body.expires_in, 60);
  });

  test('never more than the person gave, the client may have and was asked', async () => {
    const person = await newHolder(server);
    const narrow = await letIn(server, person, 'app', { scope: 'openid notes.read', resource: notesApi });
    assert.equal((await exchangeAs('notes-api', narrow.access_token)).body.error, 'invalid_scope');
    const wide = await letIn(server, person, 'app', asked);
    for (const scope of ['files.write', 'files.read files.write', 'openid', 'admin', 'notes.read'])
      assert.equal((await exchangeAs('notes-api', wide.access_token, { scope })).body.error, 'invalid_scope');
    const { body } = await exchangeAs('notes-api', wide.access_token, { scope: 'files.read' });
    assert.equal(body.scope, 'files.read');
  });

  test('a target may be named as resource or as audience, and must be one that the client has', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'app', asked);
    const fields = { grant_type: grantType, subject_token: access_token, subject_token_type: accessType };
    const ask = (more: object) => say(server, '/oauth/token', { ...fields, ...more }, basic('notes-api'));
    assert.equal(claimsIn((await ask({ audience: storageApi })).body.access_token).aud, storageApi);
    for (const more of [{}, { resource: 'https://evil.example' }, { audience: 'notes-api' }])
      assert.equal((await ask(more)).body.error, 'invalid_target', JSON.stringify(more));
  });

  test('a token of a client for itself stays one', async () => {
    const own = await askToken(server, { grant_type: 'client_credentials' }, basic('batch'));
    const { body } = await exchangeAs('notes-api', own.body.access_token);
    const { sub, sid, act, gid } = claimsIn(body.access_token);
    assert.deepEqual([sub, sid, act.sub], ['batch', undefined, 'notes-api']);
    assert.equal(gid, claimsIn(own.body.access_token).gid);
    assert.equal(await isActive(server, 'storage-api', body.access_token), true);
    await setClientStatus(server, 'batch', 'disabled');
    assert.equal(await isActive(server, 'storage-api', body.access_token), false);
    await setClientStatus(server, 'batch', 'active');
  });

  test('the log tells who exchanged whose token for what', async () => {
    const { access_token } = await letIn(server, holder, 'app', asked);
    await exchangeAs('notes-api', access_token);
    const [event] = await eventsOf(server, 'token.exchanged');
    assert.deepEqual(
      [event?.actor, event?.userId, event?.sessionId, event?.grantId, event?.details],
      [
        'client:notes-api',
        holder.userId,
        holder.sessionId,
        claimsIn(access_token).gid,
        { clientId: 'notes-api', scope: 'files.read', audience: [storageApi] },
      ],
    );
  });
});

describe('whose keys', () => {
  const prove = (key: DpopKey) => ({ dpop: key.prove(server, { path: '/oauth/token' }) });

  test('a token that is bound to the app’s key becomes one that is bound to the API’s own, or to none', async () => {
    const person = await newHolder(server);
    const { access_token } = await letIn(server, person, 'app', { ...asked, key: newDpopKey() });
    const key = newDpopKey();
    const bound = await exchangeAs('notes-api', access_token, {}, prove(key));
    assert.equal(bound.body.token_type, 'DPoP');
    assert.deepEqual(claimsIn(bound.body.access_token).cnf, { jkt: key.jkt });
    const unbound = await exchangeAs('notes-api', access_token);
    assert.equal(unbound.body.token_type, 'Bearer');
    assert.equal(claimsIn(unbound.body.access_token).cnf, undefined);
  });
});

describe('what ends the subject token ends what came of it', () => {
  async function exchanged() {
    const person = await newHolder(server);
    const tokens = await letIn(server, person, 'app', asked);
    const { body } = await exchangeAs('notes-api', tokens.access_token);
    assert.equal(await isActive(server, 'storage-api', body.access_token), true);
    return { person, ...tokens, token: body.access_token as string };
  }

  test('the end of the session', async () => {
    const { person, token } = await exchanged();
    await person.browser.call('endSession');
    assert.equal(await isActive(server, 'storage-api', token), false);
  });

  test('the revocation of the grant', async () => {
    const { refresh_token, token } = await exchanged();
    await say(server, '/oauth/revoke', { token: refresh_token }, basic('app'));
    assert.equal(await isActive(server, 'storage-api', token), false);
  });

  test('the end of the client that it was given to first', async () => {
    await registerClient(server, 'doomed-app', { scopes, resources: [notesApi, storageApi] });
    const { access_token } = await letIn(server, await newHolder(server), 'doomed-app', asked);
    const { body } = await exchangeAs('notes-api', access_token);
    assert.equal(await isActive(server, 'storage-api', body.access_token), true);
    await setClientStatus(server, 'doomed-app', 'disabled');
    assert.equal(await isActive(server, 'storage-api', body.access_token), false);
  });

  test('the end of the client that exchanged it', async () => {
    const { token, access_token } = await exchanged();
    await setClientStatus(server, 'notes-api', 'disabled');
    assert.equal(await isActive(server, 'storage-api', token), false);
    assert.equal(await isActive(server, 'app', access_token), true);
    await setClientStatus(server, 'notes-api', 'active');
  });

  test('and whoever holds it can revoke it alone', async () => {
    const { access_token, token } = await exchanged();
    assert.equal((await say(server, '/oauth/revoke', { token }, basic('app'))).status, 400);
    assert.equal((await say(server, '/oauth/revoke', { token }, basic('notes-api'))).status, 200);
    assert.equal(await isActive(server, 'storage-api', token), false);
    assert.equal(await isActive(server, 'app', access_token), true);
  });
});

describe('what is refused', () => {
  test('a client that is not the API of the token, or may not exchange at all', async () => {
    const { access_token } = await letIn(server, holder, 'app', asked);
    assert.equal((await exchangeAs('bystander', access_token)).body.error, 'invalid_request');
    assert.equal((await exchangeAs('storage-api', access_token)).body.error, 'unauthorized_client');
    assert.equal((await exchangeAs('app', access_token)).body.error, 'unauthorized_client');
    await registerClient(server, 'loose', {
      type: 'public',
      grantTypes: [grantType],
      resources: [notesApi, storageApi],
      mayIntrospect: true,
    });
    const fields = { grant_type: grantType, subject_token: access_token, subject_token_type: accessType };
    const loose = { ...fields, resource: storageApi, client_id: 'loose' };
    assert.equal((await say(server, '/oauth/token', loose)).body.error, 'unauthorized_client');
    const [event] = await eventsOf(server, 'grant.refused');
    assert.equal(event?.actor, 'client:loose');
  });

  test('an API of another tenant', async () => {
    const other = await addTenant(server, 'exchange-other');
    await registerClient(server, 'far-api', {
      tenant: other,
      resources: [notesApi],
      grantTypes: [grantType],
      mayIntrospect: true,
    });
    const { access_token } = await letIn(server, holder, 'app', asked);
    assert.equal((await exchangeAs('far-api', access_token)).body.error, 'invalid_request');
    for (const event of await eventsOf(server, 'grant.refused', other)) assert.equal(event.userId, undefined);
  });

  test('what is no live access token, whatever it is called', async () => {
    const person = await newHolder(server);
    const { access_token, refresh_token, id_token } = await letIn(server, person, 'app', asked);
    const own = person.browser.cookies.get('__Host-argus_access') ?? '';
    const before = await holdings(server, false);
    for (const token of ['x', refresh_token, id_token, own, tamperedWith(access_token, { sub: 'ada' })])
      assert.equal((await exchangeAs('notes-api', token)).body.error, 'invalid_request');
    for (const more of [
      { subject_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      { subject_token_type: '' },
      { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
      { actor_token: access_token },
      { actor_token_type: accessType },
      { actor_token: 'x', actor_token_type: accessType },
    ])
      assert.equal(
        (await exchangeAs('notes-api', access_token, more)).body.error,
        'invalid_request',
        JSON.stringify(more).slice(0, 60),
      );
    assert.deepEqual(await holdings(server, false), before);
    await person.browser.call('endSession');
    assert.equal((await exchangeAs('notes-api', access_token)).body.error, 'invalid_request');
  });

  test('an expired one, at the very second', async () => {
    const { access_token } = await letIn(server, await newHolder(server), 'app', asked);
    server.clock.advanceTo(claimsIn(access_token).exp * 1000);
    assert.equal((await exchangeAs('notes-api', access_token)).body.error, 'invalid_request');
  });
});
