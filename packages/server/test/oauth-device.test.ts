import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { UserId } from '@argus/contract';
import { consentOf } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import * as oauth from 'oauth4webapi';
import { begin, decide, deviceGrants, grantType, poll, type } from './oauth-devices.ts';
import {
  addTenant,
  askUserInfo,
  claimsIn,
  eventsOf,
  type Holder,
  isActive,
  newDpopKey,
  newHolder,
  say,
} from './oauth-holders.ts';
import {
  askToken,
  basic,
  browserOf,
  declareResource,
  issuerOf,
  openProvider,
  registerClient,
} from './oauth-stage.ts';
import { holdings, tenant } from './stage.ts';

const api = 'https://notes.example/api';
let server: TestServer;
let holder: Holder;

before(async () => {
  server = await openProvider();
  await declareResource(server, api, ['notes.read']);
  const scopes = ['openid', 'profile', 'notes.read'];
  await registerClient(server, 'tv', { type: 'public', grantTypes: deviceGrants, scopes });
  await registerClient(server, 'other-tv', { type: 'public', grantTypes: deviceGrants, scopes });
  await registerClient(server, 'printer', { grantTypes: deviceGrants, scopes, resources: [api] });
  await registerClient(server, 'web-app', {});
});
beforeEach(async () => {
  holder = await newHolder(server);
});
after(() => server[Symbol.asyncDispose]());

describe('the road', () => {
  test('a device shows a code, a person types it and agrees, and the device is in', async () => {
    const waiting = await begin(server);
    assert.match(waiting.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    const uri = `${issuerOf(server)}/device`;
    assert.deepEqual(
      { ...waiting, device_code: '', user_code: '' },
      {
        device_code: '',
        user_code: '',
        verification_uri: uri,
        verification_uri_complete: `${uri}?user_code=${waiting.user_code}`,
        expires_in: 600,
        interval: 5,
      },
    );
    assert.equal((await poll(server, waiting.device_code)).body.error, 'authorization_pending');
    const { status, page } = await type(holder, waiting.user_code.toLowerCase().replace('-', ' '));
    assert.equal(status, 200);
    for (const part of ['Application tv', waiting.user_code, '127.0.0.1', holder.email])
      assert.ok(page.includes(part), part);
    const decided = await decide(holder, waiting.user_code, 'allow');
    assert.match(decided.page, /Your device is allowed/);
    server.clock.advance(5_000);
    const { body } = await poll(server, waiting.device_code);
    assert.equal((await askUserInfo(server, body.access_token)).body.sub, holder.userId);
    assert.equal(body.scope, 'openid profile');
    const { sid, aud, sub } = claimsIn(body.id_token);
    assert.deepEqual([sid, aud, sub], [holder.sessionId, 'tv', holder.userId]);
    const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token, client_id: 'tv' };
    assert.equal((await askToken(server, refresh)).status, 200);
  });

  test('a stock client walks it by discovery alone', async () => {
    const issuer = new URL(issuerOf(server));
    const insecure = { [oauth.allowInsecureRequests]: true } as const;
    const as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
    // The server's time is a test's; the client is told by how much its own differs.
    const clockSkew = Math.floor((server.clock.now() - Date.now()) / 1000);
    const client = { client_id: 'tv', [oauth.clockSkew]: clockSkew };
    const asked = await oauth.deviceAuthorizationRequest(
      as,
      client,
      oauth.None(),
      { scope: 'openid' },
      insecure,
    );
    const begun = await oauth.processDeviceAuthorizationResponse(as, client, asked);
    await decide(holder, begun.user_code, 'allow');
    const answered = await oauth.deviceCodeGrantRequest(
      as,
      client,
      oauth.None(),
      begun.device_code,
      insecure,
    );
    const tokens = await oauth.processDeviceCodeResponse(as, client, answered);
    assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, holder.userId);
  });

  test('who is not signed in does that first, and the code of the address comes along', async () => {
    const { verification_uri_complete, user_code } = await begin(server);
    const { pathname, search } = new URL(verification_uri_complete);
    const led = await browserOf(server).fetch(`${pathname}${search}`);
    assert.equal(led.status, 303);
    const returnTo = new URL(led.headers.get('location') ?? '', issuerOf(server)).searchParams.get(
      'returnTo',
    );
    assert.equal(returnTo, `${pathname}${search}`);
    const page = await (await holder.browser.fetch(`${pathname}${search}`)).text();
    assert.ok(page.includes(`value="${user_code}"`));
  });

  test('a no ends it', async () => {
    const { device_code, user_code } = await begin(server);
    const { page } = await decide(holder, user_code, 'deny');
    assert.match(page, /The device was not allowed/);
    const answer = await poll(server, device_code);
    assert.deepEqual([answer.status, answer.body.error], [403, 'access_denied']);
    assert.equal((await decide(holder, user_code, 'allow')).status, 404);
    const [event] = await eventsOf(server, 'device.denied');
    assert.deepEqual([event?.userId, event?.details?.clientId], [holder.userId, 'tv']);
  });

  test('a yes counts as consent, which the person sees and can withdraw', async () => {
    const { user_code, device_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    await poll(server, device_code);
    const { pool } = server.argus.services.store;
    const name = { userId: holder.userId as UserId, clientId: 'tv' as never };
    const consent = await consentOf(pool, tenant, name);
    assert.deepEqual([...(consent?.scope ?? [])], ['openid', 'profile']);
    const [approved] = await eventsOf(server, 'device.approved');
    const [began] = await eventsOf(server, 'grant.began');
    assert.equal(approved?.grantId, began?.grantId);
    assert.deepEqual([began?.reason, began?.sessionId], ['device_code', holder.sessionId]);
  });

  test('for an API, by a client with a secret, bound to its key', async () => {
    const key = newDpopKey();
    const asked = { scope: 'openid notes.read', resource: api };
    const { user_code, device_code } = await begin(server, 'printer', asked, basic('printer'));
    await decide(holder, user_code, 'allow');
    const { body } = await poll(server, device_code, 'printer', {
      ...basic('printer'),
      dpop: key.prove(server, { path: '/oauth/token' }),
    });
    assert.equal(body.token_type, 'DPoP');
    assert.deepEqual(claimsIn(body.access_token).cnf, { jkt: key.jkt });
    assert.ok(claimsIn(body.access_token).aud.includes(api));
  });
});

describe('polling', () => {
  test('too soon is told to slow down, by five seconds more each time (RFC 8628 §3.5)', async () => {
    const { device_code } = await begin(server);
    const said = async (afterMs: number) => {
      server.clock.advance(afterMs);
      return (await poll(server, device_code)).body.error;
    };
    assert.equal(await said(0), 'authorization_pending');
    assert.equal(await said(4_999), 'slow_down');
    assert.equal(await said(9_999), 'slow_down');
    assert.equal(await said(15_000), 'authorization_pending');
    assert.equal(await said(15_000), 'authorization_pending');
  });

  test('after ten minutes the code is over, for the device and for its person', async () => {
    const { device_code, user_code } = await begin(server);
    server.clock.advance(599_999);
    assert.equal((await type(holder, user_code)).status, 200);
    server.clock.advance(1);
    const late = await newHolder(server);
    assert.equal((await type(late, user_code)).status, 404);
    assert.equal((await poll(server, device_code)).body.error, 'expired_token');
  });

  test('a code that was approved too long ago opens nothing', async () => {
    const { device_code, user_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    server.clock.advance(600_000);
    assert.equal((await poll(server, device_code)).body.error, 'expired_token');
  });

  test('a code works once', async () => {
    const { device_code, user_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    const { body } = await poll(server, device_code);
    const again = await poll(server, device_code);
    assert.deepEqual([again.status, again.body.error], [400, 'invalid_grant']);
    assert.equal((await askUserInfo(server, body.access_token)).status, 200, 'what it began goes on');
  });

  test("another client's, another tenant's, no code at all, and one that is none", async () => {
    const { device_code, user_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    const before = await holdings(server, false);
    const other = await addTenant(server, 'device-other');
    await registerClient(server, 'far-tv', { type: 'public', grantTypes: deviceGrants, tenant: other });
    for (const answer of [
      await poll(server, device_code, 'other-tv'),
      await poll(server, device_code, 'far-tv'),
      await poll(server, 'no such code'),
      await poll(server, user_code),
      await poll(server, 'A'.repeat(10_000)),
    ])
      assert.deepEqual([answer.status, answer.body.error], [400, 'invalid_grant']);
    const none = await askToken(server, { grant_type: grantType, client_id: 'tv' });
    assert.equal(none.body.error, 'invalid_request');
    assert.equal((await holdings(server, false)).device_authorizations, before.device_authorizations);
    assert.equal((await poll(server, device_code)).status, 200);
  });

  test('the end of the session that approved ends the wait', async () => {
    const { device_code, user_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    await holder.browser.call('endSession');
    assert.equal((await poll(server, device_code)).body.error, 'invalid_grant');
    assert.equal((await eventsOf(server, 'grant.refused'))[0]?.reason, 'session-over');
  });

  test('twenty polls at once of an approved code begin one grant', async () => {
    const { device_code, user_code } = await begin(server);
    await decide(holder, user_code, 'allow');
    const answers = await Promise.all(Array.from({ length: 20 }, () => poll(server, device_code)));
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    for (const { status, body } of answers)
      assert.ok(status === 200 || body.error === 'invalid_grant', JSON.stringify(body));
    const { rows } = await server.argus.services.store.pool.query(
      "SELECT count(*)::int AS n FROM grants WHERE session_id = $1 AND client_id = 'tv'",
      [holder.sessionId],
    );
    assert.equal(rows[0].n, 1);
    assert.equal((await askUserInfo(server, good[0]?.body.access_token)).status, 200);
  });

  test('a sign-out that races the poll leaves no live token', async () => {
    for (let round = 0; round < 20; round += 1) {
      const person = await newHolder(server);
      const { device_code, user_code } = await begin(server, 'printer', {}, basic('printer'));
      await decide(person, user_code, 'allow');
      const [answer] = await Promise.all([
        poll(server, device_code, 'printer', basic('printer')),
        person.browser.call('endSession'),
      ]);
      if (answer.status === 200)
        assert.equal(await isActive(server, 'printer', answer.body.access_token), false);
      else assert.equal(answer.body.error, 'invalid_grant');
    }
  });
});

describe('who may begin', () => {
  test('only a client of this flow, known and proven, for what it may have', async () => {
    const cases: readonly [Readonly<Record<string, string>>, Readonly<Record<string, string>>, string][] = [
      [{}, {}, 'invalid_client'],
      [{ client_id: 'nobody' }, {}, 'invalid_client'],
      [{ client_id: 'printer' }, {}, 'invalid_client'],
      [{}, basic('printer', 'z'.repeat(32)), 'invalid_client'],
      [{}, basic('web-app'), 'unauthorized_client'],
      [{ client_id: 'tv', scope: 'email' }, {}, 'invalid_scope'],
      [{ client_id: 'tv', scope: 'openid"' }, {}, 'invalid_scope'],
      [{ client_id: 'tv' }, {}, 'invalid_scope'],
      [{ client_id: 'tv', scope: 'openid', resource: api }, {}, 'invalid_target'],
    ];
    const before = await holdings(server, false);
    for (const [fields, headers, error] of cases) {
      const { body } = await say(server, '/oauth/device_authorization', fields, headers);
      assert.equal(body.error, error, JSON.stringify(fields));
    }
    const twice = [
      ['client_id', 'tv'],
      ['scope', 'openid'],
      ['scope', 'profile'],
    ] as const;
    const repeated = await say(server, '/oauth/device_authorization', twice);
    assert.equal(repeated.body.error, 'invalid_request');
    assert.deepEqual(await holdings(server, false), before);
  });

  test('codes are kept only as hashes', async () => {
    const { device_code, user_code } = await begin(server);
    const { rows } = await server.argus.services.store.pool.query<{ text: string }>(
      'SELECT d::text AS text FROM device_authorizations d',
    );
    const all = rows.map(({ text }) => text).join('\n');
    const bare = user_code.replace('-', '');
    for (const secret of [device_code, user_code, bare])
      for (const form of [secret, Buffer.from(secret).toString('hex')]) assert.ok(!all.includes(form));
  });
});
