import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { forgetUnusedClients, generousLimits, noLimits } from '@argus/server';
import type { TestServer } from '@argus/testing/server';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import {
  askToken,
  authorizationUrl,
  basic,
  browserOf,
  issuerOf,
  openProvider,
  pkce,
  travel,
} from './oauth-stage.ts';
import { assertRefused, metadata, register } from './registration-stage.ts';
import { exactly, password } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openProvider({ config: { registration: 'open' } });
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

test('nobody registers a client where the operator did not open that', async () => {
  await using closed = await openProvider();
  await assertRefused(closed, metadata, 'registration_not_supported');
  for (const path of ['openid-configuration', 'oauth-authorization-server']) {
    const metadataOf = async ({ url }: TestServer) =>
      (await fetch(new URL(`/.well-known/${path}`, url))).json();
    assert.equal('registration_endpoint' in (await metadataOf(closed)), false);
    assert.equal((await metadataOf(server)).registration_endpoint, `${issuerOf(server)}/oauth/register`);
  }
});

describe('a client that registers itself', () => {
  test('gets an id that does not follow from its name, a secret, and all that counts of what it said', async () => {
    const { status, body } = await register(server, {
      ...metadata,
      logo_uri: 'https://stranger.example/x.png',
      tos_uri: 1,
    });
    assert.equal(status, 201);
    const { client_id, client_secret, client_id_issued_at, ...rest } = body;
    assert.match(client_id, /^registered-[2-9a-z]{16}$/);
    assert.equal(Buffer.from(client_secret, 'base64url').length, 32);
    assert.equal(client_id_issued_at, Math.floor(server.clock.now() / 1000));
    assert.deepEqual(rest, {
      ...metadata,
      client_secret_expires_at: 0,
      application_type: 'web',
      token_endpoint_auth_method: 'client_secret_basic',
      grant_types: ['authorization_code'],
      response_types: ['code'],
      scope: 'openid profile email offline_access',
      subject_type: 'public',
      post_logout_redirect_uris: [],
      id_token_signed_response_alg: 'RS256',
      require_pushed_authorization_requests: false,
      dpop_bound_access_tokens: false,
    });
    const [event] = await told(operator, 'client.created');
    assert.deepEqual(
      [event.actor, event.reason, event.details.clientId],
      ['anyone', 'registration', client_id],
    );
    assert.ok(!JSON.stringify(event).includes(client_secret));
  });

  test('gets no secret when it cannot keep one', async () => {
    const { body } = await register(server, { ...metadata, token_endpoint_auth_method: 'none' });
    assert.deepEqual(['client_secret' in body, 'client_secret_expires_at' in body], [false, false]);
  });

  test('may ask of people what Argus tells of them, and for nothing of any API', async () => {
    const asked = { ...metadata, scope: 'openid email notes.read argus.admin' };
    assert.equal((await register(server, asked)).body.scope, 'openid email');
    assert.equal(
      (await register(server, { ...metadata, scope: 'notes.read' })).body.scope,
      'openid profile email offline_access',
    );
  });

  test('is shown to administrators as what it is, and can be disabled like any other', async () => {
    const { body } = await register(server, metadata);
    const params = { id: body.client_id };
    const { body: client } = await operator('adminShowClient', { params });
    assert.deepEqual([client.source, client.warnings], ['registration', ['registered-itself']]);
    await operator('adminChangeClient', { params, body: { status: 'disabled' } });
    const answer = await askToken(
      server,
      { grant_type: 'authorization_code', code: 'x' },
      basic(body.client_id, body.client_secret),
    );
    assert.equal(answer.body.error, 'invalid_client');
  });

  test('cannot read, change or remove what it registered (no RFC 7592)', async () => {
    const { body } = await register(server, metadata);
    assert.equal('registration_access_token' in body, false);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const path = `/oauth/register/${body.client_id}`;
      assert.equal((await exactly(server, { method, path })).status, 404);
    }
  });

  test('has every person asked, each time, by a page that says that nobody checked its name', async () => {
    const { body } = await register(server, metadata);
    const browser = browserOf(server);
    await browser.call('signUp', { body: { email: 'ada@example.org', password } });
    await browser.call('signIn', { body: { identifier: 'ada@example.org', password } });
    const { verifier, challenge } = pkce();
    const url = authorizationUrl(server, body.client_id, {
      code_challenge: challenge,
      redirect_uri: 'https://stranger.example/cb',
    });
    const page = await (await browser.fetch(`${url.pathname}${url.search}`)).text();
    assert.match(page, /nobody has checked this application/);
    for (let time = 0; time < 2; time += 1) {
      const arrived = await travel(browser, url);
      assert.deepEqual(arrived.pages, ['/oauth/authorize'], `time ${time}`);
      const fields = {
        grant_type: 'authorization_code',
        code: arrived.url?.searchParams.get('code') ?? '',
        redirect_uri: 'https://stranger.example/cb',
      };
      const tokens = await askToken(
        server,
        { ...fields, code_verifier: verifier },
        basic(body.client_id, body.client_secret),
      );
      assert.equal(tokens.status, 200, JSON.stringify(tokens.body));
    }
  });
});

describe('a registration is refused, and leaves nothing, when it', () => {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwks = { keys: [key.publicKey.export({ format: 'jwk' })] };
  const refused: readonly [what: string, said: unknown, error: string][] = [
    ['is no object', [metadata], 'invalid_client_metadata'],
    ['is nothing', null, 'invalid_client_metadata'],
    ['names no redirect', { client_name: 'x' }, 'invalid_redirect_uri'],
    ['names a redirect that is none', { redirect_uris: [1] }, 'invalid_redirect_uri'],
    ['redirects to plain http', { redirect_uris: ['http://stranger.example/cb'] }, 'invalid_redirect_uri'],
    ['redirects to a script', { redirect_uris: ['javascript:alert(1)'] }, 'invalid_redirect_uri'],
    ['redirects to a pattern', { redirect_uris: ['https://*.example/cb'] }, 'invalid_redirect_uri'],
    [
      'has more redirects than anybody needs',
      { redirect_uris: Array(21).fill('https://a.example/') },
      'invalid_redirect_uri',
    ],
    [
      'would act on its own',
      { ...metadata, grant_types: ['authorization_code', 'client_credentials'] },
      'invalid_client_metadata',
    ],
    ['would only renew', { ...metadata, grant_types: ['refresh_token'] }, 'invalid_client_metadata'],
    ['wants tokens in the address', { ...metadata, response_types: ['token'] }, 'invalid_client_metadata'],
    [
      'has Argus fetch its keys',
      { ...metadata, jwks_uri: 'https://10.0.0.1/jwks' },
      'invalid_client_metadata',
    ],
    [
      'has Argus call it',
      { ...metadata, backchannel_logout_uri: 'https://10.0.0.1/' },
      'invalid_client_metadata',
    ],
    [
      'sends a private key',
      { ...metadata, jwks: { keys: [key.privateKey.export({ format: 'jwk' })] } },
      'invalid_client_metadata',
    ],
    [
      'would use keys and names none',
      { ...metadata, token_endpoint_auth_method: 'private_key_jwt' },
      'invalid_client_metadata',
    ],
    [
      'has a method that there is not',
      { ...metadata, token_endpoint_auth_method: 'client_secret_jwt', jwks },
      'invalid_client_metadata',
    ],
    ['wants subjects of its own', { ...metadata, subject_type: 'pairwise' }, 'invalid_client_metadata'],
    [
      'wants ID tokens unsigned',
      { ...metadata, id_token_signed_response_alg: 'none' },
      'invalid_client_metadata',
    ],
    ['has a name longer than any', { ...metadata, client_name: 'x'.repeat(101) }, 'invalid_client_metadata'],
    [
      'is vouched for by nobody known',
      { ...metadata, software_statement: 'x' },
      'invalid_software_statement',
    ],
    [
      'has a statement of another kind',
      { ...metadata, software_statement: { iss: 'x' } },
      'invalid_software_statement',
    ],
  ];
  for (const [what, said, error] of refused) test(what, () => assertRefused(server, said, error));

  test('is no JSON, or says that it is something else', async () => {
    const bodies = [
      ['application/json', '{', 400],
      ['application/x-www-form-urlencoded', 'redirect_uris=https://a.example/', 415],
    ] as const;
    for (const [type, body, status] of bodies) {
      const answer = await exactly(server, {
        method: 'POST',
        path: '/oauth/register',
        headers: { 'content-type': type },
        body,
      });
      assert.deepEqual([answer.status, JSON.parse(answer.text).error], [status, 'invalid_request']);
    }
  });
});

test('a name keeps nothing that a page could not show', async () => {
  const { body } = await register(server, { ...metadata, client_name: 'A\u0000B\u202eC' });
  assert.equal(body.client_name, 'A B C');
  assert.equal(
    (await register(server, { redirect_uris: metadata.redirect_uris })).body.client_name,
    'An application without a name',
  );
});

test('one network registers ten at once and is then told to wait; the log has one line of it', async () => {
  await using busy = await openProvider({
    config: { registration: 'open' },
    parts: { limits: { ...noLimits, registration: generousLimits.registration } },
  });
  for (let time = 0; time < 10; time += 1) assert.equal((await register(busy, metadata)).status, 201);
  for (let time = 0; time < 3; time += 1) {
    const { status, headers, body } = await register(busy, metadata);
    assert.deepEqual([status, body.error], [429, 'slow_down']);
    assert.ok(Number(headers.get('retry-after')) >= 1);
  }
  const slowed = await told(await operatorOf(busy), 'tries.slowed');
  assert.deepEqual(
    slowed.map(({ reason }) => reason),
    ['registration'],
  );
});

test('a thousand have registered: nobody else does until some are forgotten after thirty days without use', async () => {
  await using full = await openProvider({ config: { registration: 'open' } });
  const { services } = full.argus;
  const { client_id } = (await register(full, metadata)).body;
  const { rowCount } = await services.store.pool.query(
    `INSERT INTO clients (tenant_id, id, status, settings, own_grant_id, source, created_at, changed_at)
     SELECT tenant_id, 'registered-' || n, status, settings || '{"type":"public"}', gen_random_uuid(), source, created_at, changed_at
     FROM clients, generate_series(2, 1000) n WHERE id = $1`,
    [client_id],
  );
  assert.equal(rowCount, 999);
  const { status, body } = await register(full, metadata);
  assert.deepEqual([status, body.error], [503, 'temporarily_unavailable']);
  full.clock.advance(30 * 86_400_000);
  assert.equal(await forgetUnusedClients(services), 0, 'thirty days are not over');
  full.clock.advance(1);
  assert.equal(await forgetUnusedClients(services), 100);
  assert.equal((await register(full, metadata)).status, 201);
  const [removed] = await told(await operatorOf(full), 'client.removed');
  assert.deepEqual([removed.actor, removed.reason], ['system', 'unused']);
});
