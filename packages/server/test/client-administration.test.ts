import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import { askToken, basic, openProvider } from './oauth-stage.ts';
import { administrator, holdings, ownOrigin } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openProvider({ config: { origins: [ownOrigin] } });
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

const web = { type: 'confidential', redirectUris: ['https://notes.example/cb'] } as const;
const machine = { type: 'confidential', grantTypes: ['client_credentials'], scopes: ['notes.read'] } as const;

async function create(settings: Readonly<Record<string, unknown>> = {}, tenant = 'default') {
  const { status, body } = await operator(
    'adminCreateClient',
    { body: { name: 'Notes', ...web, ...settings } },
    tenant,
  );
  assert.equal(status, 201, JSON.stringify(body));
  return body;
}

const change = (id: string, body: object, tenant?: string) =>
  operator('adminChangeClient', { params: { id }, body }, tenant);
const shown = async (id: string) => (await operator('adminShowClient', { params: { id } })).body;
const canAuthenticate = async (id: string, secret: string) =>
  (await askToken(server, { grant_type: 'client_credentials' }, basic(id, secret))).body.error !==
  'invalid_client';

describe('a client that an administrator creates', () => {
  test('gets a readable id and a secret of 256 bits, with which it can prove itself', async () => {
    const { client, secret } = await create({ name: 'Nötes & Co.', ...machine });
    assert.match(client.id, /^no-tes-co-[2-9a-z]{8}$/);
    assert.equal(Buffer.from(secret, 'base64url').length, 32);
    assert.ok(await canAuthenticate(client.id, secret));
    assert.equal(await canAuthenticate(client.id, `${secret}x`), false);
  });

  test('keeps the id that was chosen, once', async () => {
    const { client } = await create({ id: 'chosen' });
    assert.equal(client.id, 'chosen');
    const before = await holdings(server);
    for (const tenant of ['default', 'other']) {
      const again = await operator(
        'adminCreateClient',
        { body: { id: 'chosen', name: 'Else', ...web } },
        tenant,
      );
      assert.deepEqual([again.status, again.body.code], [409, 'conflict'], tenant);
    }
    assert.deepEqual(await holdings(server), before);
  });

  test('shows its secret in that one answer; neither database nor log nor any other answer has it', async () => {
    const { client, secret } = await create();
    const { pool } = server.argus.services.store;
    const { rows } = await pool.query(
      'SELECT c::text AS line FROM clients c UNION ALL SELECT e::text FROM audit_events e',
    );
    const seen = [...rows.map(({ line }) => line), JSON.stringify(await shown(client.id))];
    for (const text of seen) assert.ok(!text.includes(secret));
    assert.equal((await shown(client.id)).hasSecret, true);
  });

  test('has no secret when it is public, or proves itself with a key', async () => {
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
    for (const settings of [{ type: 'public' }, { authMethod: 'private_key_jwt', jwks }]) {
      const { client, secret } = await create(settings);
      assert.deepEqual([secret, client.hasSecret], [null, false]);
    }
  });

  test('has what holds when nothing was said', async () => {
    const { client } = await create();
    const { requiresPkce, consent, authMethod, accessTokenAlgorithm, status, source, warnings } = client;
    assert.deepEqual(
      { requiresPkce, consent, authMethod, accessTokenAlgorithm, status, source, warnings },
      {
        requiresPkce: true,
        consent: 'explicit',
        authMethod: 'client_secret_basic',
        accessTokenAlgorithm: 'RS256',
        status: 'active',
        source: 'administrator',
        warnings: [],
      },
    );
  });

  test('is told of in the audit log, with who did it', async () => {
    const admin = await administrator(server);
    const { body } = await admin.browser.call('adminCreateClient', {
      body: { name: 'By Hand', ...web },
    });
    const [event] = await told(operator, 'client.created');
    assert.equal(event.actor, `administrator:${admin.userId}`);
    assert.deepEqual([event.details.clientId, event.details.settings.name], [body.client.id, 'By Hand']);
  });
});

describe('what would be wrong or weaken people is refused with its place, and changes nothing:', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = publicKey.export({ format: 'jwk' });
  const refused: readonly [what: string, settings: Record<string, unknown>, path: string][] = [
    ['the id of Argus itself', { id: 'argus' }, 'body.id'],
    ['an id that reads like a person', { id: '01990000-0000-7000-8000-000000000001' }, 'body.id'],
    ['a redirect to a script', { redirectUris: ['javascript:alert(1)'] }, 'body.redirectUris.0'],
    ['a redirect over plain http', { redirectUris: ['http://notes.example/cb'] }, 'body.redirectUris.0'],
    ['a redirect with a fragment', { redirectUris: ['https://a.example/#x'] }, 'body.redirectUris.0'],
    ['no redirect where codes are given', { redirectUris: [] }, 'body.redirectUris'],
    [
      'a public client with a secret’s method',
      { type: 'public', authMethod: 'client_secret_basic' },
      'body.authMethod',
    ],
    ['a public client without PKCE', { type: 'public', requiresPkce: false }, 'body.requiresPkce'],
    ['a private key', { jwks: { keys: [privateKey.export({ format: 'jwk' })] } }, 'body.jwks.keys.0'],
    ['a key that is none', { jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }] } }, 'body.jwks'],
    ['keys in two places', { jwks: { keys: [key] }, jwksUri: 'https://a.example/jwks' }, 'body.jwks'],
    ['a resource that nobody declared', { resources: ['https://nowhere.example/'] }, 'body.resources.0'],
    ['a resource of another tenant', { resources: ['https://api.other.example/'] }, 'body.resources.0'],
    ['an origin with a path', { origins: ['https://a.example/x'] }, 'body.origins.0'],
    ['FAPI 2.0 with a secret', { profile: 'fapi2' }, 'body.authMethod'],
    ['a name of nothing that shows', { name: '\u0001\u202e' }, 'body.name'],
    [
      'a NUL in a list',
      { postLogoutRedirectUris: ['https://a.example/\0'] },
      'body.postLogoutRedirectUris.0',
    ],
  ];
  before(async () => {
    const resource = { id: 'https://api.other.example/', scopes: [] };
    await operator('adminDeclareResource', { body: resource }, 'other');
  });
  for (const [what, settings, path] of refused) {
    test(what, async () => {
      const { client } = await create();
      const before = await holdings(server);
      const answers = [await operator('adminCreateClient', { body: { name: 'Notes', ...web, ...settings } })];
      // The same settings are no better for a client that exists.
      if (!('id' in settings)) answers.push(await change(client.id, settings));
      for (const { status, body } of answers) {
        assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body));
        assert.ok(
          body.errors.some((error: { path: string }) => error.path === path),
          JSON.stringify(body.errors),
        );
      }
      assert.deepEqual(await holdings(server), before);
    });
  }
});

describe('what weakens a client is flagged wherever it is shown:', () => {
  const weak: readonly [warning: string, settings: Record<string, unknown>][] = [
    ['pkce-not-required', { requiresPkce: false }],
    ['consent-not-asked', { consent: 'implicit' }],
    ['impostor-not-asked', { type: 'public', consent: 'implicit' }],
    ['secret-in-body', { authMethod: 'client_secret_post' }],
    [
      'redirect-to-private-scheme',
      { type: 'public', applicationType: 'native', redirectUris: ['com.example.notes:/cb'] },
    ],
    ['consent-without-end', { consentDays: null }],
  ];
  for (const [warning, settings] of weak) {
    test(warning, async () => {
      const { client } = await create(settings);
      assert.deepEqual(client.warnings, [warning]);
      assert.deepEqual((await shown(client.id)).warnings, [warning]);
      const { body } = await operator('adminListClients', { query: { limit: '100' } });
      const listed = body.clients.find(({ id }: { id: string }) => id === client.id);
      assert.deepEqual(listed.warnings, [warning]);
    });
  }
});

describe('a change of a client', () => {
  test('touches what it names and nothing else, and is told in the audit log', async () => {
    const { client } = await create({ origins: ['https://notes.example'] });
    const { status, body } = await change(client.id, { name: 'Renamed', requiresPar: true });
    assert.equal(status, 200);
    const { changedAt, ...expected } = { ...client, name: 'Renamed', requiresPar: true };
    const { changedAt: later, ...now } = body.client;
    assert.deepEqual(now, expected);
    assert.ok(later > changedAt);
    const [event] = await told(operator, 'client.changed');
    assert.deepEqual(event.details, {
      clientId: client.id,
      fields: ['name', 'requiresPar'],
      to: { name: 'Renamed', requiresPar: true },
    });
  });

  test('takes away with null what may be absent', async () => {
    const { client } = await create({
      backchannelLogoutUri: 'https://notes.example/logout',
      consentDays: 30,
    });
    const { body } = await change(client.id, { backchannelLogoutUri: null, consentDays: null });
    assert.equal('backchannelLogoutUri' in body.client, false);
    assert.equal(body.client.consentDays, null);
  });

  test('to what is there already writes nothing', async () => {
    const { client } = await create();
    const before = await holdings(server);
    const { body } = await change(client.id, { name: 'Notes', status: 'active' });
    assert.equal(body.client.changedAt, client.changedAt);
    assert.deepEqual(await holdings(server), before);
  });

  test('of a client that somebody changed since is refused', async () => {
    const { client } = await create();
    const { body } = await change(client.id, { name: 'First' });
    const late = await change(client.id, { name: 'Second', expectedChangedAt: client.changedAt });
    assert.deepEqual([late.status, late.body.code], [409, 'conflict']);
    const next = { name: 'Second', expectedChangedAt: body.client.changedAt };
    assert.equal((await change(client.id, next)).body.client.name, 'Second');
  });

  test('of two who saw the same, in the same millisecond, only one succeeds', async () => {
    const { client } = await create();
    const names = Array.from({ length: 8 }, (_, at) => `Name ${at}`);
    const answers = await Promise.all(
      names.map((name) => change(client.id, { name, expectedChangedAt: client.changedAt })),
    );
    const good = answers.filter(({ status }) => status === 200);
    assert.equal(good.length, 1);
    assert.ok(answers.every(({ status }) => status === 200 || status === 409));
    assert.equal((await shown(client.id)).name, good[0]?.body.client.name);
  });
});

describe('the secret of a client', () => {
  test('is replaced at once, and the new one is shown once', async () => {
    const { client, secret } = await create(machine);
    const { status, body } = await operator('adminNewClientSecret', { params: { id: client.id } });
    assert.equal(status, 200);
    assert.notEqual(body.secret, secret);
    assert.equal(await canAuthenticate(client.id, secret), false);
    assert.ok(await canAuthenticate(client.id, body.secret));
    const [event] = await told(operator, 'client.secret-changed');
    assert.deepEqual(event.details, { clientId: client.id });
    assert.ok(!JSON.stringify(event).includes(body.secret));
  });

  test('goes when the client proves itself otherwise, and is another when it comes back', async () => {
    const { client, secret } = await create(machine);
    const { publicKey } = generateKeyPairSync('ed25519');
    const jwks = { keys: [publicKey.export({ format: 'jwk' })] };
    const byKey = await change(client.id, { authMethod: 'private_key_jwt', jwks });
    assert.deepEqual([byKey.body.secret, byKey.body.client.hasSecret], [null, false]);
    const back = await change(client.id, { authMethod: null, jwks: null });
    assert.equal(back.body.client.authMethod, 'client_secret_basic');
    assert.equal(await canAuthenticate(client.id, secret), false);
    assert.ok(await canAuthenticate(client.id, back.body.secret));
  });

  test('goes when the client becomes public', async () => {
    const { client } = await create();
    const { body } = await change(client.id, { type: 'public' });
    assert.deepEqual([body.client.hasSecret, body.client.authMethod], [false, 'none']);
    const again = await change(client.id, { type: 'confidential' });
    assert.equal(Buffer.from(again.body.secret, 'base64url').length, 32);
  });

  test('is not made for a client that uses none', async () => {
    const { client } = await create({ type: 'public' });
    const before = await holdings(server);
    const { status, body } = await operator('adminNewClientSecret', { params: { id: client.id } });
    assert.deepEqual([status, body.errors[0].path], [400, 'path.id']);
    assert.deepEqual(await holdings(server), before);
  });
});

describe('the list of clients', () => {
  test('is paged, in the order of the ids, each once', async () => {
    const made = ['page-a', 'page-b', 'page-c', 'page-d', 'page-e'];
    for (const id of made) await create({ id }, 'other');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor === undefined ? {} : { cursor }) };
      const { body } = await operator('adminListClients', { query }, 'other');
      assert.ok(body.clients.length <= 2);
      seen.push(...body.clients.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor ?? undefined;
    } while (cursor !== undefined);
    assert.deepEqual(seen, made);
  });

  test('is narrowed to a status', async () => {
    await create({ id: 'sleeping' }, 'other');
    await change('sleeping', { status: 'disabled' }, 'other');
    const of = async (status: string) =>
      (await operator('adminListClients', { query: { status, limit: '100' } }, 'other')).body.clients;
    assert.deepEqual(
      (await of('disabled')).map(({ id }: { id: string }) => id),
      ['sleeping'],
    );
    assert.ok((await of('active')).every(({ id }: { id: string }) => id !== 'sleeping'));
  });
});

test('a client of another tenant is not there: nothing shows it, changes it or gives it a secret', async () => {
  const { client } = await create({ id: 'elsewhere' }, 'other');
  const admin = await administrator(server);
  const params = { id: client.id };
  const before = await holdings(server);
  for (const call of [
    'adminShowClient',
    'adminChangeClient',
    'adminRemoveClient',
    'adminNewClientSecret',
  ] as const) {
    const body = call === 'adminChangeClient' ? { body: { status: 'disabled' } } : {};
    for (const answer of [
      await operator(call, { params, ...body }),
      await admin.browser.call(call, { params, ...body }),
    ])
      assert.deepEqual([answer.status, answer.body.code], [404, 'not_found'], call);
  }
  const { body } = await admin.browser.call('adminListClients', { query: { limit: '100' } });
  assert.ok(body.clients.every(({ id }: { id: string }) => id !== client.id));
  assert.deepEqual(await holdings(server), before);
});

test('nobody creates a client in a tenant that does not exist', async () => {
  const { status } = await operator('adminCreateClient', { body: { name: 'Notes', ...web } }, 'nowhere');
  assert.equal(status, 404);
});
