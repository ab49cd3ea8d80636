import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { cookieNames } from '@argus/contract';
import type { TestServer } from '@argus/testing/server';
import {
  begin,
  comeBack,
  declare,
  formTokenOn,
  newBrowser,
  openFederationStage,
  ownPath,
  post,
  sessionOf,
} from './federation-stage.ts';
import { type HostileProvider, openHostileProvider } from './hostile-provider.ts';
import { holdings } from './stage.ts';

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
beforeEach(() => {
  server.clock.advanceTo(Math.max(server.clock.now(), Date.now()));
  idp.misdeed = { claims: { sub: 'ada', email: 'ada@upstream.example', email_verified: true } };
});

async function isSignedIn(browser: { call: ReturnType<typeof newBrowser>['call'] }): Promise<boolean> {
  return (await browser.call('getSession')).status === 200;
}

describe('what a provider sends back counts only', () => {
  test('in the browser that was sent: a code that somebody plants signs nobody in', async () => {
    const attacker = newBrowser(server);
    const back = await idp.visit(await begin(attacker, 'corp'));
    const victim = newBrowser(server);
    await begin(victim, 'corp');
    idp.asked.length = 0;
    for (const browser of [victim, newBrowser(server)]) {
      assert.equal((await comeBack(browser, back)).status, 403);
      assert.equal(await isSignedIn(browser), false);
    }
    assert.ok(!idp.asked.includes('/token'), 'the code was not even shown to the provider');
  });

  test('with the state of this very journey, unchanged', async () => {
    const before = await holdings(server);
    const browser = newBrowser(server);
    const back = new URL(await idp.visit(await begin(browser, 'corp')));
    const state = back.searchParams.get('state') ?? '';
    const forged = [
      null,
      '',
      'x',
      `${state}A`,
      state.slice(0, -1),
      state.slice(4),
      state.toUpperCase(),
      'A'.repeat(13_000),
    ];
    for (const planted of forged) {
      if (planted === null) back.searchParams.delete('state');
      else back.searchParams.set('state', planted);
      assert.equal((await comeBack(browser, back.href)).status, 403, String(planted).slice(0, 20));
    }
    back.searchParams.delete('state');
    back.searchParams.append('state', state);
    back.searchParams.append('state', state);
    assert.equal((await comeBack(browser, back.href)).status, 403, 'twice');
    assert.equal(await isSignedIn(browser), false);
    assert.deepEqual(await holdings(server), before);
  });

  test('for ten minutes', async () => {
    const browser = newBrowser(server);
    const back = await idp.visit(await begin(browser, 'corp'));
    server.clock.advance(600_001);
    const answer = await comeBack(browser, back);
    assert.equal(answer.status, 403);
    assert.match(await answer.text(), /This took too long/);
    assert.equal(await isSignedIn(browser), false);
  });

  test('once', async () => {
    const browser = newBrowser(server);
    const back = await idp.visit(await begin(browser, 'corp'));
    const copy = browser.copy();
    assert.equal((await comeBack(browser, back)).status, 303);
    assert.equal(browser.cookies.get(cookieNames.attempt), undefined, 'the attempt is over');
    assert.equal((await comeBack(copy, back)).status, 403);
    assert.equal(await isSignedIn(copy), false);
  });

  test('once, even at a provider that redeems a code as often as it is asked', async () => {
    const browser = newBrowser(server);
    const location = await begin(browser, 'corp');
    const back = await idp.visit(location);
    const nonce = new URL(location).searchParams.get('nonce') ?? '';
    const iat = Math.floor(server.clock.now() / 1000);
    const claims = { iss: idp.issuer, aud: 'argus', nonce, iat, exp: iat + 300 };
    const idToken = await idp.sign({
      ...claims,
      sub: 'often',
      email: 'often@upstream.example',
      email_verified: true,
    });
    const tokens = JSON.stringify({ access_token: 'x', token_type: 'Bearer', id_token: idToken });
    idp.misdeed = {
      instead: {
        '/token': (_request, response) =>
          response.writeHead(200, { 'content-type': 'application/json' }).end(tokens),
      },
    };
    const copies = Array.from({ length: 12 }, () => browser.copy());
    const answers = await Promise.all(copies.map((copy) => comeBack(copy, back)));
    const statuses = answers.map(({ status }) => status);
    assert.equal(statuses.filter((status) => status === 303).length, 1);
    assert.equal(statuses.filter((status) => status === 403).length, 11);
    const { rows } = await server.argus.services.store.pool.query(
      'SELECT count(*)::int AS n FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
      ['often@upstream.example'],
    );
    assert.equal(rows[0].n, 1);
  });
});

describe('a journey', () => {
  test('tells the provider nothing of itself but what the standard has a name for', async () => {
    const browser = newBrowser(server);
    const url = new URL(
      await begin(browser, 'corp', { returnTo: '/account?secret=1', loginHint: 'ada@upstream.example' }),
    );
    const asked = Object.fromEntries(url.searchParams);
    assert.deepEqual(Object.keys(asked).sort(), [
      'client_id',
      'code_challenge',
      'code_challenge_method',
      'login_hint',
      'nonce',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
    ]);
    assert.equal(asked.code_challenge_method, 'S256');
    assert.equal(asked.redirect_uri, 'http://localhost:8100/sign-in/federated/corp/callback');
    const readable = Buffer.from(asked.state ?? '', 'base64url').toString('latin1');
    for (const secret of ['secret=1', 'corp', asked.nonce ?? ''])
      assert.ok(!readable.includes(secret), secret);
  });

  test('is another one each time', async () => {
    const browser = newBrowser(server);
    const seen = new Set<string | null>();
    for (let round = 0; round < 10; round += 1) {
      const { searchParams } = new URL(await begin(browser, 'corp'));
      for (const name of ['state', 'nonce', 'code_challenge']) seen.add(searchParams.get(name));
    }
    assert.equal(seen.size, 30);
  });

  test('leads back to a path of ours and nowhere else', async () => {
    for (const returnTo of [
      'https://evil.example/',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
    ]) {
      const browser = newBrowser(server);
      const answer = await comeBack(browser, await idp.visit(await begin(browser, 'corp', { returnTo })));
      assert.equal(answer.headers.get('location'), '/account', returnTo);
    }
  });

  test('ends at the API’s callback as well, and there as a navigation too', async () => {
    const browser = newBrowser(server);
    const path = ownPath(await idp.visit(await begin(browser, 'corp')));
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'document' };
    const answer = await browser.fetch(`/api${path}`, { headers });
    assert.equal(answer.status, 303, await answer.text());
    assert.equal((await sessionOf(browser)).user.email, 'ada@upstream.example');
  });

  test('replaces the session that the browser held before', async () => {
    const browser = newBrowser(server);
    await comeBack(browser, await idp.visit(await begin(browser, 'corp')));
    const old = browser.copy();
    const before = await sessionOf(browser);
    await comeBack(browser, await idp.visit(await begin(browser, 'corp')));
    assert.notEqual((await sessionOf(browser)).session.id, before.session.id);
    assert.equal(await isSignedIn(old), false);
  });

  test('begins by the sign-in page’s form only with the token of that page', async () => {
    const browser = newBrowser(server);
    const formToken = await formTokenOn(browser, '/sign-in');
    const leaving = await post(browser, '/sign-in/federated/corp', { formToken });
    assert.equal(leaving.status, 200);
    assert.ok(leaving.headers.get('refresh')?.startsWith(`0;url=${idp.issuer}/authorize?`));
    for (const planted of [{}, { formToken: '' }, { formToken: 'x'.repeat(43) }])
      assert.equal((await post(browser, '/sign-in/federated/corp', planted)).status, 403);
    assert.equal((await post(newBrowser(server), '/sign-in/federated/corp', { formToken })).status, 403);
  });

  test('to nowhere is not begun', async () => {
    const browser = newBrowser(server);
    const formToken = await formTokenOn(browser, '/sign-in');
    for (const provider of ['unknown', '%00', '..', 'a'.repeat(150)])
      assert.equal(
        (await post(browser, `/sign-in/federated/${provider}`, { formToken })).status,
        404,
        provider,
      );
    const reply = await browser.call('beginFederatedSignIn', { params: { provider: 'unknown' } });
    assert.deepEqual([reply.status, reply.body.code], [404, 'not_found']);
  });

  test('for a session is not begun without one', async () => {
    for (const purpose of ['link', 'step-up']) {
      const reply = await newBrowser(server).call('beginFederatedSignIn', {
        params: { provider: 'corp' },
        body: { purpose },
      });
      assert.deepEqual([reply.status, reply.body.code], [401, 'session_required']);
    }
  });
});
