import assert from 'node:assert/strict';
import { generateKeyPairSync, sign } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  addTenant,
  claimsIn,
  eventsOf,
  type Fields,
  headerOf,
  letIn,
  newHolder,
  setClientStatus,
  signInAgain,
  tamperedWith,
  unsigned,
} from './oauth-holders.ts';
import {
  browserOf,
  hiddenFields,
  issuerOf,
  ledTo,
  openProvider,
  post,
  registerClient,
} from './oauth-stage.ts';
import { holdings } from './stage.ts';

const path = '/oauth/end_session';
const home = 'https://app.example/bye';
let server: TestServer;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'app', {
    postLogoutRedirectUris: [home, 'https://app.example/bye?kept=1', 'com.example.app:/bye'],
  });
  await registerClient(server, 'other-app', { postLogoutRedirectUris: ['https://other.example/'] });
  await registerClient(server, 'native-app', {
    type: 'public',
    applicationType: 'native',
    redirectUris: ['https://client.example/cb'],
    postLogoutRedirectUris: ['http://127.0.0.1/bye'],
  });
});
after(() => server[Symbol.asyncDispose]());

/** A person who is signed in, and what the client of that session knows. */
async function signedIn(clientId = 'app') {
  const holder = await newHolder(server);
  const { id_token } = await letIn(server, holder, clientId);
  return { ...holder, id_token };
}

async function get(browser: UserAgent, fields: Fields) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  const query = new URLSearchParams(pairs.map(([name, value]) => [name, value]));
  return read(await browser.fetch(`${path}?${query}`));
}

async function read(response: Response) {
  const location = ledTo(response);
  return { status: response.status, headers: response.headers, location, page: await response.text() };
}

async function isSignedIn(browser: UserAgent): Promise<boolean> {
  return (await browser.call('getSession')).status === 200;
}

function answer(browser: UserAgent, page: string, decision: string) {
  return post(browser, `${path}/confirm`, { ...hiddenFields(page), decision }).then(read);
}

const question = /Sign out\?/;

describe('a client that knows the session by an ID token', () => {
  test('signs the person out unasked and gets them back with its state', async () => {
    const { browser, id_token, sessionId, userId } = await signedIn();
    const stolen = browser.copy();
    const fields = { id_token_hint: id_token, post_logout_redirect_uri: home, state: 'a b&c=d' };
    const { status, location, headers } = await get(browser, fields);
    assert.equal(status, 303);
    const back = new URL(location ?? '');
    assert.equal(`${back.origin}${back.pathname}`, home);
    assert.deepEqual([...back.searchParams], [['state', 'a b&c=d']]);
    assert.equal(headers.getSetCookie().filter((line) => line.includes('Max-Age=0')).length, 2);
    assert.equal(await isSignedIn(stolen), false, 'not even with the old cookies');
    const [event] = await eventsOf(server, 'session.ended');
    assert.deepEqual(
      [event?.sessionId, event?.userId, event?.actor, event?.reason],
      [sessionId, userId, 'user', 'signed-out'],
    );
  });

  test('also by an expired token, with and without its own id, and without an address', async () => {
    for (const more of [{}, { client_id: 'app' }, { post_logout_redirect_uri: home }] as const) {
      const { browser, id_token } = await signedIn();
      server.clock.advanceTo(claimsIn(id_token).exp * 1000 + 60_000);
      const { status, page } = await get(browser, { id_token_hint: id_token, ...more });
      if (status === 200) assert.match(page, /You are signed out/);
      assert.equal(status, 'post_logout_redirect_uri' in more ? 303 : 200);
      assert.equal(await isSignedIn(browser), false);
    }
  });

  test('also by POST from its own site, which becomes a GET because no cookie comes along', async () => {
    const { browser, id_token } = await signedIn();
    const response = await fetch(new URL(path, issuerOf(server)), {
      method: 'POST',
      redirect: 'manual',
      headers: {
        origin: 'https://app.example',
        'sec-fetch-site': 'cross-site',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams({
        id_token_hint: id_token,
        post_logout_redirect_uri: home,
        state: 's',
        password: 'nothing of ours',
      }),
    });
    assert.equal(response.status, 303);
    assert.equal(await isSignedIn(browser), true, 'nothing has happened yet');
    const location = response.headers.get('location') ?? '';
    assert.ok(!location.includes('password'));
    const { location: back } = await read(await browser.fetch(location));
    assert.equal(back, `${home}?state=s`);
    assert.equal(await isSignedIn(browser), false);
  });

  test('keeps the query of its registered address, and may be a native one on any port', async () => {
    const kept = await signedIn();
    const uri = 'https://app.example/bye?kept=1';
    const fields = { id_token_hint: kept.id_token, post_logout_redirect_uri: uri, state: 's' };
    assert.equal((await get(kept.browser, fields)).location, `${uri}&state=s`);
    const native = await signedIn('native-app');
    const loopback = 'http://127.0.0.1:49152/bye';
    const own = { id_token_hint: native.id_token, post_logout_redirect_uri: loopback };
    assert.equal((await get(native.browser, own)).location, loopback);
  });

  test('a second time, when nobody is signed in any more, still gets the person back', async () => {
    const { browser, id_token } = await signedIn();
    const fields = { id_token_hint: id_token, post_logout_redirect_uri: home };
    await get(browser, fields);
    assert.equal((await get(browser, fields)).location, home);
    assert.equal((await get(browserOf(server), fields)).location, home);
  });

  test('does not end a session in another browser', async () => {
    const { browser, id_token } = await signedIn();
    await get(browserOf(server), { id_token_hint: id_token });
    assert.equal(await isSignedIn(browser), true);
  });
});

describe('whoever does not', () => {
  test('is answered by a question, and nothing ends before the person says so', async () => {
    const { browser, email, id_token } = await signedIn();
    const stranger = await signedIn();
    await signInAgain(browser, email);
    const forged = forgedLike(id_token);
    const requests: Fields[] = [
      {},
      { state: 'x' },
      { client_id: 'app', post_logout_redirect_uri: home },
      { client_id: 'nobody', post_logout_redirect_uri: home },
      { id_token_hint: id_token }, // of the session before this one
      { id_token_hint: stranger.id_token },
      { id_token_hint: 'x' },
      { id_token_hint: unsigned(id_token) },
      { id_token_hint: tamperedWith(id_token, { sid: 'another' }) },
      { id_token_hint: forged },
      { id_token_hint: browser.cookies.get('__Host-argus_access') ?? '' },
      { logout_hint: email },
    ];
    for (const fields of requests) {
      const { status, page } = await get(browser, fields);
      assert.equal(status, 200, JSON.stringify(fields));
      assert.match(page, question);
      assert.equal(await isSignedIn(browser), true);
    }
  });

  test('signs out when the person says yes, and is sent back then', async () => {
    const { browser } = await signedIn();
    const fields = { client_id: 'app', post_logout_redirect_uri: home, state: '"><script>' };
    const { page, headers } = await get(browser, fields);
    assert.ok(!page.includes('<script>'));
    assert.ok(page.includes('Application app'));
    assert.match(headers.get('content-security-policy') ?? '', /form-action 'self';/);
    const { status, location } = await answer(browser, page, 'yes');
    // A redirect would be held against the form's page, with all that the application adds to it.
    assert.equal(status, 200);
    assert.equal(new URL(location ?? '').searchParams.get('state'), '"><script>');
    assert.equal(await isSignedIn(browser), false);
  });

  test('does nothing when the person says no, or anything else', async () => {
    const { browser } = await signedIn();
    const { page } = await get(browser, { client_id: 'app', post_logout_redirect_uri: home });
    assert.equal((await answer(browser, page, 'no')).location, '/account');
    assert.equal((await answer(browser, page, 'maybe')).status, 400);
    assert.equal(await isSignedIn(browser), true);
  });

  test('is never sent back on the word of a hint that proves nothing', async () => {
    const { browser, id_token } = await signedIn();
    for (const hint of ['x', unsigned(id_token), tamperedWith(id_token, { aud: 'other-app' })]) {
      const fields = { id_token_hint: hint, client_id: 'app', post_logout_redirect_uri: home };
      const { page } = await get(browser, fields);
      assert.match(page, question);
      assert.ok(!page.includes('app.example'));
      assert.equal((await get(browserOf(server), fields)).location, null);
    }
  });

  test('and without a session there is nothing to ask', async () => {
    const { status, page } = await get(browserOf(server), {});
    assert.equal(status, 200);
    assert.match(page, /You are signed out/);
  });
});

test('a client that was disabled is a stranger, whatever it knows', async () => {
  await registerClient(server, 'former-app', { postLogoutRedirectUris: [home] });
  const { browser, id_token } = await signedIn('former-app');
  await setClientStatus(server, 'former-app', 'disabled');
  const { page, location } = await get(browser, { id_token_hint: id_token, post_logout_redirect_uri: home });
  assert.match(page, question);
  assert.equal(location, null);
  assert.equal(await isSignedIn(browser), true);
});

describe('addresses that nobody registered', () => {
  const bad = [
    'https://evil.example/',
    'https://app.example/bye/',
    'https://app.example/bye?more=1',
    'https://app.example/BYE',
    'https://app.example:443/bye',
    'https://app.example/bye#f',
    'https://app.example@evil.example/bye',
    'http://app.example/bye',
    'https://other.example/',
    '//app.example/bye',
    '/account',
    'javascript:alert(1)',
    'data:text/html,x',
  ];

  test('lead nowhere, with or without a session and a hint, and end nothing', async () => {
    const { browser, id_token } = await signedIn();
    const before = await holdings(server);
    for (const uri of bad) {
      for (const named of [{ id_token_hint: id_token }, { client_id: 'app' }]) {
        for (const at of [browser, browserOf(server)]) {
          const { status, location, page } = await get(at, { ...named, post_logout_redirect_uri: uri });
          assert.deepEqual([status, location], [400, null], uri);
          assert.ok(!page.includes(uri.slice(0, 12)) || uri === '/account', uri);
        }
      }
    }
    assert.deepEqual(await holdings(server), before);
    assert.equal(await isSignedIn(browser), true);
  });

  test('are refused again when the form comes back with one', async () => {
    const { browser } = await signedIn();
    const { page } = await get(browser, { client_id: 'app', post_logout_redirect_uri: home });
    const fields = {
      ...hiddenFields(page),
      post_logout_redirect_uri: 'https://evil.example/',
      decision: 'yes',
    };
    const { status, location } = await read(await post(browser, `${path}/confirm`, fields));
    assert.deepEqual([status, location], [400, null]);
    assert.equal(await isSignedIn(browser), true);
  });
});

describe('requests that contradict themselves', () => {
  test('are refused: another client than the hint’s, a parameter twice, a state without end', async () => {
    const { browser, id_token } = await signedIn();
    const requests: Fields[] = [
      { id_token_hint: id_token, client_id: 'other-app' },
      [
        ['client_id', 'app'],
        ['client_id', 'other-app'],
      ],
      [
        ['id_token_hint', id_token],
        ['id_token_hint', id_token],
      ],
      { id_token_hint: id_token, state: 's'.repeat(2_001) },
    ];
    for (const fields of requests) assert.equal((await get(browser, fields)).status, 400);
    assert.equal((await read(await browser.fetch(`${path}?state=%ff`))).status, 400);
    assert.equal(await isSignedIn(browser), true);
  });

  test('a form of another session or another site signs nobody out', async () => {
    const { browser } = await signedIn();
    const other = await signedIn();
    const { page } = await get(other.browser, {});
    const fields = { ...hiddenFields(page), decision: 'yes' };
    assert.equal((await read(await post(browser, `${path}/confirm`, fields))).status, 403);
    const foreign = await other.browser.fetch(`${path}/confirm`, {
      method: 'POST',
      headers: {
        origin: 'https://evil.example',
        'sec-fetch-site': 'cross-site',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: new URLSearchParams(fields).toString(),
    });
    assert.equal(foreign.status, 403);
    assert.equal(await isSignedIn(browser), true);
    assert.equal(await isSignedIn(other.browser), true);
  });

  test('a client of another tenant ends no session here', async () => {
    const tenant = await addTenant(server, 'logout-other');
    const uri = 'https://far.example/';
    await registerClient(server, 'far-app', { tenant, postLogoutRedirectUris: [uri] });
    const { browser } = await signedIn();
    const { location } = await get(browser, { client_id: 'far-app', post_logout_redirect_uri: uri });
    assert.equal(location, uri);
    assert.equal(await isSignedIn(browser), true);
  });
});

/** The hint's own claims under its own key name, signed by a key that is not ours. */
function forgedLike(token: string): string {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encoded(headerOf(token))}.${encoded(claimsIn(token))}`;
  return `${input}.${sign('sha256', Buffer.from(input), privateKey).toString('base64url')}`;
}
