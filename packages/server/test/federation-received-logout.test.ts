import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { generousLimits } from '@argus/server';
import { forgetExpired } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  anotherTenant,
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { holdings, someone } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  await declare(server, { id: 'corp', issuer: idp.issuer });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => server.clock.advanceTo(Math.max(server.clock.now(), Date.now())));

async function signedIn(sub: string, sid?: string): Promise<UserAgent> {
  const browser = newBrowser(server);
  const claims = { sub, email: `${sub}@upstream.example`, email_verified: true, ...(sid ? { sid } : {}) };
  idp.misdeed = { claims };
  const answer = await comeBack(browser, await idp.visit(await begin(browser, 'corp')));
  assert.equal(answer.status, 303);
  return browser;
}

const event = 'http://schemas.openid.net/event/backchannel-logout';
let tokens = 0;

/** OIDC Back-Channel Logout §2.4. */
function right(): Record<string, unknown> {
  tokens += 1;
  const iat = Math.floor(server.clock.now() / 1000);
  const times = { iat, exp: iat + 120 };
  return { iss: idp.issuer, aud: 'argus', ...times, jti: `jti-${tokens}`, events: { [event]: {} } };
}

function send(token: string, at: Pick<TestServer, 'url'> = server): Promise<Response> {
  const body = new URLSearchParams({ logout_token: token });
  return fetch(new URL('/oauth/backchannel_logout', at.url), { method: 'POST', body });
}

async function tell(
  claims: object,
  header: Record<string, unknown> = { typ: 'logout+jwt' },
): Promise<Response> {
  return send(await idp.sign({ ...right(), ...claims }, header));
}

async function isSignedIn(browser: UserAgent): Promise<boolean> {
  return (await browser.call('getSession')).status === 200;
}

describe('a logout token ends', () => {
  test('the session that it names, of this person alone', async () => {
    const [gone, other] = [await signedIn('ada', 'session-1'), await signedIn('ada', 'session-2')];
    const answer = await tell({ sid: 'session-1' });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual([await isSignedIn(gone), await isSignedIn(other)], [false, true]);
  });

  test('all sessions of a person who is named without one, but those that did not come from there', async () => {
    const browsers = [await signedIn('grace', 'session-3'), await signedIn('grace')];
    const local = await someone(server);
    assert.equal((await tell({ sub: 'grace' })).status, 200);
    for (const browser of browsers) assert.equal(await isSignedIn(browser), false);
    assert.equal(await isSignedIn(local.browser), true);
  });

  test('a session that came without a name, when the person is named beside one', async () => {
    const browser = await signedIn('linus');
    assert.equal((await tell({ sub: 'linus', sid: 'session-4' })).status, 200);
    assert.equal(await isSignedIn(browser), false);
  });

  test('nothing, and is answered all the same, when nobody is there any more', async () => {
    assert.equal((await tell({ sub: 'nobody' })).status, 200);
  });

  test('a session in its reason: the person reads that it ended there', async () => {
    await tell({ sub: 'reader' });
    const gone = await signedIn('reader', 'session-5');
    const { session } = await sessionOf(gone);
    const stays = await signedIn('reader', 'session-6');
    await tell({ sid: 'session-5' });
    const { body } = await stays.call('sessionHistory');
    const ended = body.sessions.find(({ id }: { id: string }) => id === session.id);
    assert.equal(ended.endReason, 'signed-out-at-provider');
    const { rows } = await server.argus.services.store.pool.query(
      "SELECT actor, reason FROM audit_events WHERE type = 'session.ended' AND session_id = $1",
      [session.id],
    );
    assert.deepEqual(rows, [{ actor: 'system', reason: 'signed-out-at-provider' }]);
  });
});

describe('a logout token ends nothing that', () => {
  const lies: readonly [what: string, claims: object, reason: string, header?: Record<string, unknown>][] = [
    ['is for another client', { aud: 'another' }, 'wrong-audience'],
    ['has no event', { events: undefined }, 'bad-claims'],
    ['has another event', { events: { 'https://other.example/event': {} } }, 'bad-claims'],
    ['has an event that is no object', { events: { [event]: true } }, 'bad-claims'],
    ['has a nonce, as ID tokens have', { nonce: 'n' }, 'bad-claims'],
    ['names nobody', { sub: undefined, sid: undefined }, 'bad-claims'],
    ['has no name of its own', { jti: undefined }, 'bad-claims'],
    ['has no end', { exp: undefined }, 'bad-claims'],
    ['has ended', { iat: 1_600_000_000, exp: 1_600_000_100 }, 'expired'],
    ['comes from the future', { iat: 4_000_000_000, exp: 4_000_000_100 }, 'not-yet-valid'],
    ['lives for days', { exp: 4_000_000_000 }, 'bad-claims'],
    ['is an access token', {}, 'wrong-type', { typ: 'at+jwt' }],
    ['brings its own key', {}, 'bad-header', { typ: 'logout+jwt', jwk: {} }],
    ['is signed by a key that nobody has', {}, 'unknown-key', { typ: 'logout+jwt', kid: 'stranger' }],
  ];
  for (const [what, claims, reason, header] of lies) {
    test(what, async () => {
      const browser = await signedIn('victim', 'session-v');
      const { marks: _, ...before } = await holdings(server, false);
      const answer = await tell({ sub: 'victim', sid: 'session-v', ...claims }, header);
      assert.equal(answer.status, 400);
      assert.deepEqual(await answer.json(), {
        error: 'invalid_request',
        error_description: 'A parameter is missing, repeated or malformed.',
      });
      assert.equal(await isSignedIn(browser), true);
      assert.deepEqual(await lastRefusal(server).then(({ reason, detail }) => [reason, detail]), [
        'logout-token',
        reason,
      ]);
      const { marks: __, ...after } = await holdings(server, false);
      assert.deepEqual(after, before);
    });
  }

  test('is not signed by the provider', async () => {
    const browser = await signedIn('forged', 'session-f');
    const good = await idp.sign({ ...right(), sub: 'forged' }, { typ: 'logout+jwt' });
    const [header = '', payload = ''] = good.split('.');
    const none = Buffer.from(JSON.stringify({ alg: 'none' })).toString('base64url');
    const hmac = Buffer.from(JSON.stringify({ alg: 'HS256' })).toString('base64url');
    const [jwk] = idp.keys.toJSON();
    const tag = createHmac('sha256', JSON.stringify(jwk)).update(`${hmac}.${payload}`).digest('base64url');
    const forged = [
      `${none}.${payload}.`,
      `${hmac}.${payload}.${tag}`,
      `${header}.${payload}.AAAA`,
      good.slice(0, -8),
    ];
    for (const token of forged) assert.equal((await send(token)).status, 400);
    assert.equal(await isSignedIn(browser), true);
  });

  test('is garbage, or of an issuer that nobody knows', async () => {
    const before = await holdings(server);
    const unknown = await idp.sign({ ...right(), iss: 'https://idp.example', sub: 'x' });
    const nul = await idp.sign({ ...right(), iss: 'a\0b', sub: 'x' });
    for (const token of ['', 'x', 'x.y.z', 'a'.repeat(20_000), unknown, nul])
      assert.equal((await send(token)).status, 400, token.slice(0, 20));
    assert.equal(
      (await fetch(new URL('/oauth/backchannel_logout', server.url), { method: 'POST' })).status,
      400,
    );
    assert.deepEqual(await holdings(server), before);
  });

  test('was used before', async () => {
    const token = await idp.sign({ ...right(), sub: 'again' }, { typ: 'logout+jwt' });
    assert.equal((await send(token)).status, 200);
    const browser = await signedIn('again');
    assert.equal((await send(token)).status, 400);
    assert.equal(await isSignedIn(browser), true);
  });
});

test('a logout token is good once for as long as any clock here may take it, a minute past its end', async () => {
  await using late = await openFederationStage();
  await declare(late, { id: 'corp', issuer: idp.issuer });
  const iat = Math.floor(late.clock.now() / 1000);
  const claims = { ...right(), iat, exp: iat + 120, sub: 'nobody' };
  const token = await idp.sign(claims, { typ: 'logout+jwt' });
  assert.equal((await send(token, late)).status, 200);
  late.clock.advance((120 + 60) * 1000 - 1);
  const other = await idp.sign({ ...claims, jti: 'another' }, { typ: 'logout+jwt' });
  assert.equal((await send(other, late)).status, 200, 'still within what clocks may differ');
  // A node whose clock is a minute ahead tidies up.
  await forgetExpired(late.argus.services.store.pool, { now: late.clock.now() + 60_000, limit: 100 });
  assert.equal((await send(token, late)).status, 400);
});

test('a logout token of one tenant’s provider ends nothing in another tenant', async () => {
  const of = await anotherTenant(server);
  await declare(server, { id: 'theirs', tenant: of, issuer: idp.issuer, clientId: 'argus-of-theirs' });
  const browser = await signedIn('shared', 'session-s');
  assert.equal((await tell({ sub: 'shared', aud: 'argus-of-theirs' })).status, 200);
  assert.equal(await isSignedIn(browser), true);
  assert.equal((await tell({ sub: 'shared', aud: ['argus-of-theirs', 'argus'] })).status, 200);
  assert.equal(await isSignedIn(browser), false);
});

test('who sends what proves nothing is held back, and a provider that ends many sessions is not', async () => {
  await using limited = await openFederationStage({
    parts: { limits: { ...generousLimits, oauth: { burst: 5, everySeconds: 60 } } },
  });
  await declare(limited, { id: 'corp', issuer: idp.issuer });
  limited.clock.advanceTo(Math.max(limited.clock.now(), server.clock.now()));
  const good = async () => send(await idp.sign({ ...right(), sub: 'nobody' }), limited);
  for (let round = 0; round < 12; round += 1) assert.equal((await good()).status, 200);
  for (let round = 0; round < 5; round += 1) await send('x.y.z', limited);
  assert.equal((await good()).status, 400);
});
