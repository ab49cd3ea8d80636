import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { auditEvents } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  begin,
  comeBack,
  declare,
  lastRefusal,
  newBrowser,
  openFederationStage,
  sessionOf,
  upstreamSecret,
} from './federation-stage.ts';
import { openRealProvider, type RealProvider, type UpstreamLogin } from './real-provider.ts';
import { holdings, refresh, tenant } from './stage.ts';

let server: TestServer;
let idp: RealProvider;
before(async () => {
  server = await openFederationStage();
  idp = await openRealProvider({ providerIds: ['corp'], secret: upstreamSecret, argus: server.url });
  const assurance = { aal2Acr: ['urn:idp:two'], aal2Amr: [] };
  await declare(server, { id: 'corp', issuer: idp.issuer, assurance });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Walker {
  readonly browser: UserAgent;
  /** The cookies of the same browser at the provider. */
  readonly there: Map<string, string>;
}

function walker(): Walker {
  return { browser: newBrowser(server), there: new Map() };
}

/** All the way there and back. */
async function walk({ browser, there }: Walker, login: UpstreamLogin, body: object = {}): Promise<Response> {
  // The provider's clock runs, and this server's does not.
  server.clock.advanceTo(Math.max(server.clock.now(), Date.now()));
  idp.login = login;
  return comeBack(browser, await idp.visit(await begin(browser, 'corp', body), there));
}

async function signedIn(accountId: string, more: Partial<UpstreamLogin> = {}): Promise<Walker> {
  const person = walker();
  const answer = await walk(person, { accountId, ...more });
  assert.equal(answer.status, 303, await answer.text());
  return person;
}

describe('a person of a real provider', () => {
  test('signs in, and gets an account with the address that it confirmed', async () => {
    const { browser } = await signedIn('ada');
    const { user, session } = await sessionOf(browser);
    assert.equal(user.email, 'ada@upstream.example');
    assert.equal(user.name, 'ada of Upstream');
    assert.deepEqual(session.amr, ['fed']);
    assert.equal(session.acr, 'urn:argus:aal1');
  });

  test('comes back later, to the same account, by another browser', async () => {
    const first = await sessionOf((await signedIn('grace')).browser);
    const second = await sessionOf((await signedIn('grace')).browser);
    assert.equal(second.user.id, first.user.id);
    assert.notEqual(second.session.id, first.session.id);
  });

  test('has proved two factors only by the word that an administrator named', async () => {
    const named = await sessionOf(
      (await signedIn('two', { acr: 'urn:idp:two', amr: ['pwd', 'otp', 'mfa'] })).browser,
    );
    assert.equal(named.session.acr, 'urn:argus:aal2');
    assert.deepEqual(named.session.amr, ['fed', 'pwd', 'otp', 'mfa']);
    const other = await sessionOf((await signedIn('two', { acr: 'urn:idp:one', amr: ['mfa'] })).browser);
    assert.equal(other.session.acr, 'urn:argus:aal1');
    assert.deepEqual(other.session.amr, ['fed']);
  });

  test('was authenticated when the provider says, not when the browser came here', async () => {
    const ts = Math.floor(Date.now() / 1000) - 3600;
    const { session } = await sessionOf((await signedIn('early', { ts })).browser);
    assert.equal(Date.parse(session.authTime), ts * 1000);
    assert.ok(Date.parse(session.createdAt) > ts * 1000);
  });

  test('is told of in the audit log with what proved it and where', async () => {
    const { browser } = await signedIn('told');
    const { user } = await sessionOf(browser);
    const { items } = await auditEvents(server.argus.services.store.pool, tenant, {
      userId: user.id,
      limit: 10,
    });
    assert.deepEqual(
      new Set(items.map(({ type }) => type)),
      new Set(['user.created', 'identity.linked', 'sign-in.succeeded', 'device.seen-first']),
    );
    const signIn = items.find(({ type }) => type === 'sign-in.succeeded');
    assert.deepEqual(signIn?.details, { amr: ['fed'], acr: 'urn:argus:aal1', providerId: 'corp' });
  });

  test('ends a session there, and with it the one here that came from it, and no other', async () => {
    const [gone, stays] = [await signedIn('leaver'), await signedIn('stayer')];
    const elsewhere = await signedIn('leaver');
    await idp.signOut(gone.there);
    assert.deepEqual(
      idp.told.map(({ status }) => status),
      [200],
    );
    assert.equal((await gone.browser.call('getSession')).status, 401);
    assert.equal((await refresh(gone.browser)).status, 401);
    for (const { browser } of [stays, elsewhere])
      assert.equal((await browser.call('getSession')).status, 200);
    const { body } = await elsewhere.browser.call('sessionHistory');
    assert.equal(body.sessions[0].endReason, 'signed-out-at-provider');
  });

  test('is not signed out by a logout token that was seen before', async () => {
    const person = await signedIn('replayed');
    await idp.signOut(person.there);
    const token = idp.told.at(-1)?.token ?? '';
    const again = await signedIn('replayed');
    const before = await holdings(server);
    const answer = await fetch(new URL('/oauth/backchannel_logout', server.url), {
      method: 'POST',
      body: new URLSearchParams({ logout_token: token }),
    });
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await answer.json(), {
      error: 'invalid_request',
      error_description: 'A parameter is missing, repeated or malformed.',
    });
    assert.deepEqual(await holdings(server), before);
    assert.equal((await again.browser.call('getSession')).status, 200);
  });
});

describe('a session', () => {
  test('is raised by a fresh proof there, keeps its name and gets new cookies', async () => {
    const person = await signedIn('riser', { ts: Math.floor(Date.now() / 1000) - 3600 });
    const before = await sessionOf(person.browser);
    const old = person.browser.copy();
    const login = { accountId: 'riser', acr: 'urn:idp:two', amr: ['pwd', 'otp', 'mfa'] };
    const answer = await walk(person, login, { purpose: 'step-up', returnTo: '/account?x=1' });
    assert.equal(answer.status, 303, await answer.text());
    assert.equal(answer.headers.get('location'), '/account?x=1');
    const { session } = await sessionOf(person.browser);
    assert.equal(session.id, before.session.id);
    assert.equal(session.acr, 'urn:argus:aal2');
    assert.deepEqual(session.amr, ['fed', 'pwd', 'otp', 'mfa']);
    assert.ok(Date.parse(session.authTime) > Date.parse(before.session.authTime) + 3_000_000);
    assert.equal((await old.call('getSession')).status, 401);
  });

  test('is not raised by another person’s proof', async () => {
    const person = await signedIn('victim');
    const answer = await walk(
      { ...person, there: new Map() },
      { accountId: 'somebody-else' },
      { purpose: 'step-up' },
    );
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'other-person');
    const { session } = await sessionOf(person.browser);
    assert.equal(session.acr, 'urn:argus:aal1');
  });

  test('is not raised by a proof that is an hour old', async () => {
    const person = await signedIn('stale');
    const ts = Math.floor(Date.now() / 1000) - 3600;
    const answer = await walk(person, { accountId: 'stale', ts }, { purpose: 'step-up' });
    assert.equal(answer.status, 403);
    assert.equal((await lastRefusal(server)).reason, 'not-fresh');
  });
});

test('a person still signs in after the provider has changed its keys', async () => {
  await signedIn('rotated');
  await idp.rotate();
  server.clock.advance(31_000);
  await signedIn('rotated');
});
