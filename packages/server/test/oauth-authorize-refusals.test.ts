import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import type { UserAgent } from '@argus/testing/user-agent';
import {
  authorizationUrl,
  basic,
  browserOf,
  callback,
  issuerOf,
  openProvider,
  pkce,
  registerClient,
  travel,
} from './oauth-stage.ts';
import { holdings, password } from './stage.ts';

const email = 'ada@example.org';
const challenge = pkce().challenge;
let server: TestServer;
let browser: UserAgent;

before(async () => {
  server = await openProvider();
  await registerClient(server, 'notes', {
    redirectUris: [callback, 'https://client.example.com/cb'],
    consent: 'implicit',
  });
  await registerClient(server, 'other', { consent: 'implicit' });
  await registerClient(server, 'asks');
  await registerClient(server, 'pushes', { requiresPar: true, consent: 'implicit' });
  await registerClient(server, 'desktop', {
    type: 'public',
    applicationType: 'native',
    redirectUris: ['http://127.0.0.1/cb', 'org.example.desktop:/cb'],
    consent: 'implicit',
  });
  browser = browserOf(server);
  await browser.call('signUp', { body: { email, password } });
  await browser.call('signIn', { body: { identifier: email, password } });
});
after(() => server[Symbol.asyncDispose]());

/** One request with one thing different; nothing that holds state may change by it. */
async function ask(parameters: Record<string, string | undefined>, clientId = 'notes', by = browser) {
  const held = await holdings(server, false);
  const url = authorizationUrl(server, clientId, { code_challenge: challenge, ...parameters });
  const response = await by.fetch(`${url.pathname}${url.search}`);
  assert.deepEqual(await holdings(server, false), held);
  const location = response.headers.get('location');
  return { response, location, answer: location === null ? null : new URL(location, issuerOf(server)) };
}

async function refusedOnPage(parameters: Record<string, string | undefined>, clientId = 'notes') {
  const { response, location } = await ask(parameters, clientId);
  assert.equal(location, null, `led to ${location}`);
  assert.equal(response.status, 400);
  assert.match(response.headers.get('content-type') ?? '', /^text\/html/);
  return response.text();
}

async function refusedByRedirect(
  error: string,
  parameters: Record<string, string | undefined>,
  clientId = 'notes',
) {
  const { answer } = await ask(parameters, clientId);
  assert.ok(answer, 'no redirect');
  assert.equal(`${answer.origin}${answer.pathname}`, callback);
  assert.equal(answer.searchParams.get('error'), error);
  assert.equal(answer.searchParams.get('state'), 'state-of-the-client');
  assert.equal(answer.searchParams.get('iss'), issuerOf(server), 'RFC 9207 §2');
  assert.equal(answer.searchParams.get('code'), null);
}

describe('nobody is sent to an address that is not registered', () => {
  const evil = [
    'https://client.example.com.evil.example/cb',
    'https://client.example.com@evil.example/cb',
    'https://client.example.com/cb/../evil',
    'https://client.example.com/cb/..%2F..%2Fevil',
    'https://client.example.com/cb%252f..%252f',
    'https://client.example.com/cb/..;/evil',
    'https://clientaexample.com/cb',
    'HTTPS://CLIENT.EXAMPLE.COM/cb',
    'https://client.example.com/CB',
    'https://client.example.com/cb/',
    'https://client.example.com/cb?x=1',
    'https://client.example.com/cb#frag',
    'https://client.example.com:8443/cb',
    'http://client.example.com/cb',
    '//client.example.com/cb',
    '/\thttps://evil.example',
    '\\/evil.example',
    'https://client.example.com\\@evil.example/cb',
    'javascript:alert(1)',
    'data:text/html,x',
    'https://client.example.com/cb\0',
    'https://client.example.com/cb%0d%0aLocation:%20https://evil.example',
  ];
  for (const uri of evil)
    test(JSON.stringify(uri), async () => {
      const page = await refusedOnPage({ redirect_uri: uri });
      assert.doesNotMatch(page, /evil\.example/);
    });

  test('nor with none, two of them, an unknown client or none', async () => {
    await refusedOnPage({ redirect_uri: undefined });
    await refusedOnPage({}, 'nobody');
    await refusedOnPage({ client_id: undefined });
    const url = authorizationUrl(server, 'notes', { code_challenge: challenge });
    url.searchParams.append('redirect_uri', callback);
    const response = await browser.fetch(`${url.pathname}${url.search}`);
    assert.deepEqual([response.status, response.headers.get('location')], [400, null]);
  });

  test('a native client may come from any port of its loopback address, and of nothing else', async () => {
    const led = await ask(
      { redirect_uri: 'http://127.0.0.1:51234/cb', prompt: 'none' },
      'desktop',
      browserOf(server),
    );
    assert.equal(led.answer?.searchParams.get('error'), 'login_required');
    await refusedOnPage({ redirect_uri: 'http://localhost:51234/cb' }, 'desktop');
    await refusedOnPage({ redirect_uri: 'http://127.0.0.2:51234/cb' }, 'desktop');
    await refusedOnPage({ redirect_uri: 'http://127.0.0.1:51234/CB' }, 'desktop');
    await refusedOnPage({ redirect_uri: 'org.example.desktop:/other' }, 'desktop');
  });
});

describe('a request that cannot be granted is refused to its client', () => {
  const wrong: [string, string, Record<string, string | undefined>][] = [
    ['another response type', 'unsupported_response_type', { response_type: 'token' }],
    ['two response types', 'unsupported_response_type', { response_type: 'code token' }],
    ['no challenge', 'invalid_request', { code_challenge: undefined }],
    ['a plain challenge', 'invalid_request', { code_challenge_method: 'plain' }],
    ['no challenge method, which is plain', 'invalid_request', { code_challenge_method: undefined }],
    ['a challenge of 42 characters', 'invalid_request', { code_challenge: 'a'.repeat(42) }],
    ['a challenge of 129 characters', 'invalid_request', { code_challenge: 'a'.repeat(129) }],
    ['none together with login', 'invalid_request', { prompt: 'none login' }],
    ['a prompt that nobody knows', 'invalid_request', { prompt: 'create' }],
    ['a negative age', 'invalid_request', { max_age: '-1' }],
    ['an age that is no number', 'invalid_request', { max_age: '1e3' }],
    ['a scope of nobody', 'invalid_scope', { scope: 'unheard-of' }],
    ['no scope', 'invalid_scope', { scope: undefined }],
    ['a resource of nobody', 'invalid_target', { resource: 'https://nobody.example/api' }],
    ['a request object', 'request_not_supported', { request: 'eyJhbGciOiJub25lIn0.e30.' }],
  ];
  for (const [name, error, parameters] of wrong) test(name, () => refusedByRedirect(error, parameters));

  test('a repeated parameter', async () => {
    const url = authorizationUrl(server, 'notes', { code_challenge: challenge });
    url.searchParams.append('scope', 'profile');
    const response = await browser.fetch(`${url.pathname}${url.search}`);
    const answer = new URL(response.headers.get('location') ?? '');
    assert.equal(answer.searchParams.get('error'), 'invalid_request');
    assert.equal(answer.searchParams.get('iss'), issuerOf(server));
  });

  test('nothing is shown where nothing may be: no session, no consent, no fresh sign-in', async () => {
    const { answer } = await ask({ prompt: 'none' }, 'notes', browserOf(server));
    assert.equal(answer?.searchParams.get('error'), 'login_required');
    assert.equal(
      (await ask({ prompt: 'none' }, 'asks')).answer?.searchParams.get('error'),
      'consent_required',
    );
    server.clock.advance(5_000);
    assert.equal(
      (await ask({ prompt: 'none', max_age: '1' })).answer?.searchParams.get('error'),
      'login_required',
    );
  });

  test('a level that nobody can reach here', () =>
    refusedByRedirect('unmet_authentication_requirements', { acr_values: 'urn:argus:aal3' }));

  test('an answer by form carries the issuer, too', async () => {
    const { response } = await ask({ response_mode: 'form_post', prompt: 'none' }, 'asks');
    const page = await response.text();
    assert.match(page, /name="iss" value="http:\/\/localhost/);
    assert.match(page, /name="error" value="consent_required"/);
  });
});

describe('a pushed request', () => {
  async function push(clientId: string, parameters: Record<string, string> = {}) {
    const fields = {
      redirect_uri: callback,
      response_type: 'code',
      scope: 'openid',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      state: 'state-of-the-client',
      ...parameters,
    };
    const response = await fetch(new URL('/oauth/par', issuerOf(server)), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...basic(clientId) },
      body: new URLSearchParams(fields),
    });
    return { status: response.status, body: (await response.json()) as Record<string, string> };
  }
  const at = (clientId: string, uri = '') =>
    `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request_uri: uri })}`;

  test('serves one answer', async () => {
    const { status, body } = await push('pushes');
    assert.equal(status, 201);
    const first = await browser.fetch(at('pushes', body.request_uri));
    assert.ok(new URL(first.headers.get('location') ?? '').searchParams.get('code'));
    const again = await browser.fetch(at('pushes', body.request_uri));
    assert.deepEqual([again.status, again.headers.get('location')], [400, null]);
  });

  test('of another client is no request', async () => {
    const { body } = await push('notes');
    const response = await browser.fetch(at('other', body.request_uri));
    assert.deepEqual([response.status, response.headers.get('location')], [400, null]);
    assert.equal((await browser.fetch(at('notes', body.request_uri))).status, 303);
  });

  test('is over after its time', async () => {
    const { body } = await push('notes');
    server.clock.advance(90_000);
    assert.equal((await browser.fetch(at('notes', body.request_uri))).status, 400);
  });

  test('can outlast a sign-in that took long, once it was shown in time', async () => {
    const { body } = await push('pushes');
    const guest = browserOf(server);
    const shown = await guest.fetch(at('pushes', body.request_uri));
    server.clock.advance(10 * 60_000);
    const arrived = await travel(guest, new URL(shown.headers.get('location') ?? '', issuerOf(server)), {
      email,
    });
    assert.ok(arrived.url?.searchParams.get('code'), arrived.page);
  });

  test('is the only way where it is demanded', () => refusedByRedirect('invalid_request', {}, 'pushes'));

  test('is judged when it is pushed', async () => {
    for (const [parameters, error] of [
      [{ redirect_uri: 'https://evil.example/cb' }, 'invalid_request'],
      [{ response_type: 'token' }, 'unsupported_response_type'],
      [{ request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
      [{ scope: 'unheard-of' }, 'invalid_scope'],
    ] as const) {
      const held = await holdings(server, false);
      const { status, body } = await push('notes', parameters);
      assert.deepEqual([status, body.error], [400, error]);
      assert.deepEqual(await holdings(server, false), held);
    }
  });

  test('is never fetched from elsewhere', async () => {
    let asked = 0;
    const trap = createServer((_, answer) => {
      asked += 1;
      answer.end();
    });
    await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve));
    const { port } = trap.address() as { port: number }; // it listens on TCP
    for (const uri of [`http://127.0.0.1:${port}/request.jwt`, 'http://169.254.169.254/latest/meta-data'])
      await refusedByRedirect('request_uri_not_supported', { request_uri: uri });
    assert.equal(asked, 0);
    trap.close();
  });
});
