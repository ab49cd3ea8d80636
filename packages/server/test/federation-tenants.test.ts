import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { TenantId } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  anotherTenant,
  begin,
  comeBack,
  declare,
  formTokenIn,
  hiddenIn,
  newBrowser,
  openFederationStage,
  post,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { authorizationUrl, callback, ledTo, pkce, registerClient, secretOfClients } from './oauth-stage.ts';
import { someone } from './stage.ts';

let server: TestServer;
let idp: HostileProvider;
let other: TenantId;
before(async () => {
  server = await openFederationStage();
  idp = await openHostileProvider();
  other = await anotherTenant(server);
  await declare(server, { id: 'ours', issuer: idp.issuer });
  await declare(server, { id: 'theirs', tenant: other, issuer: idp.issuer, domains: ['theirs.example'] });
  await registerClient(server, 'notes', { consent: 'implicit' });
  await registerClient(server, 'their-notes', { consent: 'implicit', tenant: other });
});
after(async () => {
  await idp[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});
beforeEach(() => server.clock.advanceTo(Math.max(server.clock.now(), Date.now())));

const person = { sub: 'one-subject', email: 'one@upstream.example', email_verified: true };

/** The sealed request that the sign-in page of a client holds. */
async function asked(browser: UserAgent, clientId: string) {
  const { verifier, challenge } = pkce();
  const { pathname, search } = authorizationUrl(server, clientId, { code_challenge: challenge });
  const led = await browser.fetch(`${pathname}${search}`);
  const location = led.headers.get('location') ?? assert.fail('not led to the sign-in page');
  const html = await (await browser.fetch(location)).text();
  return { html, verifier, request: new URL(location, server.url).searchParams.get('request') ?? '' };
}

/** What the client learns of the person by its code. */
async function redeem(code: string, verifier: string) {
  const answer = await fetch(new URL('/oauth/token', server.url), {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`notes:${encodeURIComponent(secretOfClients)}`)}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: callback,
      code_verifier: verifier,
    }),
  });
  const { id_token: idToken } = (await answer.json()) as { id_token?: string }; // checked by what is read of it
  return JSON.parse(Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString('utf8'));
}

async function userIn(tenant: string, email: string): Promise<string | undefined> {
  const { rows } = await server.argus.services.store.pool.query(
    'SELECT id FROM users WHERE tenant_id = $1 AND email = $2',
    [tenant, email],
  );
  return rows[0]?.id;
}

describe('a sign-in for a client', () => {
  test('goes on to the client afterwards, and the ID token tells of the proof', async () => {
    const authTime = Math.floor(server.clock.now() / 1000) - 600;
    const claims = { sub: 'goes-on', email: 'goes-on@upstream.example', email_verified: true };
    idp.misdeed = { claims: { ...claims, amr: ['pwd'], auth_time: authTime } };
    const browser = newBrowser(server);
    const { html, request, verifier } = await asked(browser, 'notes');
    assert.match(html, /Sign in with <bdi>Provider ours/);
    const formToken = formTokenIn(html);
    const leaving = await post(browser, '/sign-in/federated/ours', { formToken, request });
    const answer = await comeBack(browser, await idp.visit(ledTo(leaving) ?? ''));
    const onward = answer.headers.get('location') ?? '';
    assert.ok(onward.startsWith('/oauth/authorize/resume?request='), onward);
    const answered = new URL(ledTo(await browser.fetch(onward)) ?? assert.fail('no answer for the client'));
    assert.equal(`${answered.origin}${answered.pathname}`, callback);
    const told = await redeem(answered.searchParams.get('code') ?? '', verifier);
    assert.deepEqual([told.amr, told.acr, told.auth_time], [['fed', 'pwd'], 'urn:argus:aal1', authTime]);
  });

  test('goes on after an account was proved, too', async () => {
    const owner = await someone(server);
    idp.misdeed = { claims: { sub: 'proves', email: owner.email, email_verified: true } };
    const browser = newBrowser(server);
    const { request } = await asked(browser, 'notes');
    const back = await idp.visit(await begin(browser, 'ours', { request }));
    const html = await (await comeBack(browser, back)).text();
    const answer = await post(browser, '/sign-in/connect', {
      formToken: formTokenIn(html),
      link: hiddenIn(html, 'link') ?? '',
      request: hiddenIn(html, 'request') ?? '',
      identifier: owner.email,
      password: 'correct horse battery staple',
    });
    assert.ok(ledTo(answer)?.startsWith('/oauth/authorize/resume?request='), ledTo(answer) ?? '');
    assert.equal((await sessionOf(browser)).user.id, owner.userId);
  });
});

describe('tenants', () => {
  test('have people of their own, though one provider names them alike', async () => {
    idp.misdeed = { claims: person };
    const ours = newBrowser(server);
    await comeBack(ours, await idp.visit(await begin(ours, 'ours')));
    const theirs = newBrowser(server);
    const { request } = await asked(theirs, 'their-notes');
    const answer = await comeBack(theirs, await idp.visit(await begin(theirs, 'theirs', { request })));
    assert.equal(answer.status, 303);
    const [here, there] = [await userIn('default', person.email), await userIn(other, person.email)];
    assert.ok(here && there);
    assert.notEqual(here, there);
    assert.equal((await sessionOf(theirs)).user.id, there);
    assert.equal((await sessionOf(ours)).user.id, here);
  });

  test('have providers of their own: those of another one are not there', async () => {
    const browser = newBrowser(server);
    const { html, request } = await asked(browser, 'their-notes');
    assert.match(html, /Provider theirs/);
    assert.doesNotMatch(html, /Provider ours/);
    for (const [provider, body] of [
      ['theirs', {}],
      ['ours', { request }],
    ] as const) {
      const reply = await browser.call('beginFederatedSignIn', { params: { provider }, body });
      assert.deepEqual([reply.status, reply.body.code], [404, 'not_found']);
    }
  });

  test('have sessions of their own: none of another one is given a way in, or raised', async () => {
    const { browser } = await someone(server);
    const { request } = await asked(browser, 'their-notes');
    for (const purpose of ['link', 'step-up']) {
      const body = { purpose, request };
      const reply = await browser.call('beginFederatedSignIn', { params: { provider: 'theirs' }, body });
      assert.deepEqual([reply.status, reply.body.code], [404, 'not_found']);
    }
  });

  test('have accounts of their own: an address in another one stands in nobody’s way', async () => {
    const owner = await someone(server);
    idp.misdeed = { claims: { sub: 'namesake', email: owner.email, email_verified: true } };
    const browser = newBrowser(server);
    const { request } = await asked(browser, 'their-notes');
    const answer = await comeBack(browser, await idp.visit(await begin(browser, 'theirs', { request })));
    assert.equal(answer.status, 303);
    assert.notEqual((await sessionOf(browser)).user.id, owner.userId);
  });
});

describe('an address is led to the provider of its domain', () => {
  const ask = async (identifier: string, body: object = {}) =>
    newBrowser(server).call('signInIdentifier', { body: { identifier, ...body } });

  test('of its tenant alone', async () => {
    const { request } = await asked(newBrowser(server), 'their-notes');
    const there = await ask('Ada@THEIRS.example', { request });
    assert.deepEqual(there.body.provider, { id: 'theirs', name: 'Provider theirs' });
    assert.deepEqual(there.body.methods, ['federated', 'password']);
    const here = await ask('ada@theirs.example');
    assert.equal(here.body.provider, undefined);
    assert.deepEqual(here.body.methods, ['password', 'federated']);
  });

  test('whether it has an account or not: the answer is the same', async () => {
    const owner = await someone(server);
    const answers = await Promise.all(
      [owner.email, 'nobody@example.org', 'not an address', 'x'].map((text) => ask(text)),
    );
    for (const { status, body } of answers) {
      assert.equal(status, 200);
      assert.deepEqual(body, answers[0]?.body);
    }
    await declare(server, { id: 'routed', issuer: idp.issuer, domains: ['example.org'], isShown: false });
    const [known, unknown] = [await ask(owner.email), await ask('nobody@example.org')];
    assert.equal(known.body.provider.id, 'routed');
    assert.deepEqual(known.body, unknown.body);
    assert.ok(
      !known.body.providers.some(({ id }: { id: string }) => id === 'routed'),
      'a hidden one is not listed',
    );
    for (const near of ['ada@sub.example.org', 'ada@example.org.evil.example', 'ada@notexample.org'])
      assert.equal((await ask(near)).body.provider, undefined, near);
  });

  test('from the page too, and the password that was typed is nobody’s', async () => {
    const browser = newBrowser(server);
    const { html, request } = await asked(browser, 'their-notes');
    const fields = { identifier: 'ada@theirs.example', password: 'any words at all', request };
    const led = await post(browser, '/sign-in', { formToken: formTokenIn(html), ...fields });
    assert.equal(led.status, 200);
    const location = /url=(.*)$/i.exec(led.headers.get('refresh') ?? '')?.[1] ?? '';
    const upstream = new URL(location);
    assert.equal(upstream.origin, new URL(idp.issuer).origin);
    assert.equal(upstream.searchParams.get('login_hint'), 'ada@theirs.example');
    const text = await led.text();
    assert.ok(!text.includes('any words at all') && !location.includes('any'));
  });
});
