import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { TestServer } from '@argus/testing/server';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import { askToken, basic, openProvider } from './oauth-stage.ts';
import { holdings } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openProvider();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

type Entry = Readonly<Record<string, unknown>>;
type Document = Readonly<Record<string, readonly Entry[]>>;

const secret = 'a declared secret of the right length';
const notes = {
  id: 'notes',
  name: 'Notes',
  type: 'confidential',
  secret,
  redirectUris: ['https://notes.example/cb'],
  grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  scopes: ['openid', 'notes.read'],
  resources: ['https://notes.example/api'],
};
const api = { id: 'https://notes.example/api', name: 'Notes API', scopes: ['notes.read'] };
const corp = {
  id: 'corp',
  name: 'Corp',
  issuer: 'https://idp.example',
  clientId: 'argus',
  clientSecret: 'upstream',
};

const apply = (document: Document) => operator('adminApply', { body: document });

async function applied(document: Document) {
  const { status, body } = await apply(document);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
}

async function mistakesIn(document: Document): Promise<string[]> {
  const before = await holdings(server);
  const { status, body } = await apply(document);
  assert.deepEqual([status, body.code], [400, 'invalid_request'], JSON.stringify(body));
  assert.deepEqual(await holdings(server), before, 'nothing may be written');
  return body.errors.map(({ path, message }: { path: string; message: string }) => `${path}: ${message}`);
}

const canAuthenticate = async (id: string, shown: string) =>
  (await askToken(server, { grant_type: 'client_credentials' }, basic(id, shown))).body.error !==
  'invalid_client';

describe('a document with clients, resources and providers', () => {
  test('creates them, says so, and changes nothing the second time', async () => {
    const document = { clients: [notes], resources: [api], providers: [corp] };
    const first = await applied(document);
    assert.deepEqual(
      first.changes.map(({ kind, what, name }: Entry) => `${kind} ${what} ${name}`),
      ['create resource https://notes.example/api', 'create client notes', 'create provider corp'],
    );
    assert.ok(await canAuthenticate('notes', secret));
    const before = await holdings(server);
    assert.deepEqual(await applied(document), { changes: [], unchanged: 3 });
    assert.deepEqual(await holdings(server), before);
    const [created] = await told(operator, 'client.created');
    assert.deepEqual(
      [created.actor, created.reason, created.details.clientId],
      ['operator', 'apply', 'notes'],
    );
  });

  test('that declares another secret changes it, and shows neither', async () => {
    const next = 'another declared secret, long enough';
    const { changes } = await applied({ clients: [{ ...notes, secret: next }] });
    assert.deepEqual(changes, [{ kind: 'change', what: 'client', name: 'notes', fields: ['secret'] }]);
    assert.deepEqual(
      [await canAuthenticate('notes', secret), await canAuthenticate('notes', next)],
      [false, true],
    );
    assert.equal((await told(operator, 'client.secret-changed'))[0].details.clientId, 'notes');
    await applied({ clients: [notes] });
  });

  test('that no longer declares the secret leaves it alone', async () => {
    const { secret: _, ...without } = notes;
    assert.deepEqual(await applied({ clients: [without] }), { changes: [], unchanged: 1 });
    assert.ok(await canAuthenticate('notes', secret));
  });

  test('says which settings are different', async () => {
    const changed = { ...notes, name: 'Renamed', requiresPar: true };
    assert.deepEqual((await applied({ clients: [changed] })).changes, [
      { kind: 'change', what: 'client', name: 'notes', fields: ['name', 'requiresPar'] },
    ]);
    assert.deepEqual((await applied({ resources: [{ ...api, scopes: [] }] })).changes, [
      { kind: 'change', what: 'resource', name: api.id, fields: ['scopes'] },
    ]);
    assert.deepEqual(
      (await applied({ providers: [{ ...corp, isShown: false, clientSecret: 'x' }] })).changes,
      [{ kind: 'change', what: 'provider', name: 'corp', fields: ['isShown', 'clientSecret'] }],
    );
    await applied({ clients: [notes], resources: [api], providers: [corp] });
  });

  test('makes a secret for a new client that declares none, and shows it once', async () => {
    const { secret: _, ...without } = { ...notes, id: 'made' };
    const [change] = (await applied({ clients: [without] })).changes;
    assert.equal(Buffer.from(change.secret, 'base64url').length, 32);
    assert.ok(await canAuthenticate('made', change.secret));
    assert.deepEqual(await applied({ clients: [without] }), { changes: [], unchanged: 1 });
  });

  test('flags what weakens a client, when it is created and when it is changed', async () => {
    const weak = { ...notes, id: 'weak', requiresPkce: false };
    assert.deepEqual((await applied({ clients: [weak] })).changes[0].warnings, ['pkce-not-required']);
    const weaker = { ...weak, authMethod: 'client_secret_post' };
    assert.deepEqual((await applied({ clients: [weaker] })).changes[0].warnings, [
      'pkce-not-required',
      'secret-in-body',
    ]);
  });

  test('takes the secret from a client that becomes public', async () => {
    await applied({ clients: [{ ...notes, id: 'opening' }] });
    const open = { id: 'opening', name: 'Notes', type: 'public', redirectUris: ['https://notes.example/cb'] };
    const [change] = (await applied({ clients: [open] })).changes;
    assert.ok(change.fields.includes('type'));
    const { body } = await operator('adminShowClient', { params: { id: 'opening' } });
    assert.deepEqual([body.type, body.hasSecret], ['public', false]);
    assert.deepEqual(await applied({ clients: [open] }), { changes: [], unchanged: 1 });
  });

  test('does not wake a client that an administrator disabled', async () => {
    await applied({ clients: [{ ...notes, id: 'asleep' }] });
    await operator('adminChangeClient', { params: { id: 'asleep' }, body: { status: 'disabled' } });
    await applied({ clients: [{ ...notes, id: 'asleep', name: 'Renamed' }] });
    const { body } = await operator('adminShowClient', { params: { id: 'asleep' } });
    assert.deepEqual([body.name, body.status], ['Renamed', 'disabled']);
  });

  test('may speak of a tenant and a resource that it declares itself', async () => {
    const resource = { tenant: 'fresh', id: 'https://fresh.example/api' };
    const client = { ...notes, tenant: 'fresh', id: 'of-fresh', resources: [resource.id] };
    const { changes } = await applied({
      tenants: [{ id: 'fresh' }],
      resources: [resource],
      clients: [client],
    });
    assert.equal(changes.length, 3);
    assert.equal((await operator('adminShowClient', { params: { id: 'of-fresh' } }, 'fresh')).status, 200);
  });
});

describe('a document is refused whole, each mistake at its place,', () => {
  const client = { ...notes, id: 'new' };

  test('when an id belongs to another tenant', async () => {
    await applied({
      resources: [{ tenant: 'other', id: 'https://theirs.example/' }],
      clients: [{ ...notes, tenant: 'other', id: 'theirs', resources: [] }],
      providers: [{ ...corp, tenant: 'other', id: 'theirs' }],
    });
    assert.deepEqual(
      await mistakesIn({
        users: [{ email: 'fine@example.org' }],
        resources: [{ id: 'https://theirs.example/' }],
        clients: [client, { ...notes, id: 'theirs' }],
        providers: [{ ...corp, id: 'theirs' }],
      }),
      ['resources.0.id', 'clients.1.id', 'providers.0.id'].map(
        (path) => `${path}: belongs to the tenant other already`,
      ),
    );
  });

  test('when it declares a thing twice', async () => {
    assert.deepEqual(
      await mistakesIn({
        resources: [api, { ...api, tenant: 'other' }],
        clients: [notes, client, client],
        providers: [corp, { ...corp, tenant: 'other' }],
      }),
      ['resources.1.id', 'clients.2.id', 'providers.1.id'].map((path) => `${path}: is declared twice`),
    );
  });

  test('when it names a tenant that is nowhere', async () => {
    assert.deepEqual(await mistakesIn({ clients: [client, { ...client, id: 'a', tenant: 'nowhere' }] }), [
      'clients.1.tenant: is not declared and does not exist',
    ]);
  });

  test('when a client asks for a resource that is nobody’s, or another tenant’s', async () => {
    const resources = ['https://notes.example/api', 'https://nowhere.example/', 'https://theirs.example/'];
    assert.deepEqual(await mistakesIn({ clients: [{ ...client, resources }] }), [
      'clients.0.resources.1: is not a declared resource',
      'clients.0.resources.2: is not a declared resource',
    ]);
  });

  test('when a client contradicts itself', async () => {
    const [redirect, publicSecret] = await mistakesIn({
      clients: [
        { ...client, redirectUris: ['http://notes.example/cb'] },
        { ...client, id: 'b', type: 'public' },
      ],
    });
    assert.match(redirect ?? '', /^clients\.0\.redirectUris\.0: /);
    assert.match(publicSecret ?? '', /^clients\.1\.secret: must be absent/);
  });

  test('when a secret is short, before anything else is looked at', async () => {
    const { status, body } = await apply({ clients: [{ ...client, secret: 'x'.repeat(31) }] });
    assert.deepEqual([status, body.errors[0].path], [400, 'body.clients.0.secret']);
    assert.ok(!JSON.stringify(body).includes('x'.repeat(31)));
  });

  test('when two providers of a tenant would lead one domain', async () => {
    const one = { ...corp, id: 'one', domains: ['one.example'] };
    assert.deepEqual(await mistakesIn({ providers: [one, { ...one, id: 'two' }] }), [
      'providers.1.domains.0: leads to another provider of this document',
    ]);
    await applied({ providers: [one] });
    assert.deepEqual(await mistakesIn({ providers: [{ ...one, id: 'two' }] }), [
      'providers.0.domains.0: leads to the provider one already',
    ]);
    const moved = [
      { ...one, domains: [] },
      { ...one, id: 'two' },
    ];
    assert.equal((await applied({ providers: moved })).changes.length, 2, 'a domain moves in one document');
  });

  test('when a resource is Argus itself or takes its scopes', async () => {
    const { issuer } = server.argus.services.config;
    assert.deepEqual(await mistakesIn({ resources: [{ id: issuer }, { ...api, scopes: ['argus.admin'] }] }), [
      'resources.0.id: is Argus itself',
      'resources.1.scopes.0: is a scope of Argus itself',
    ]);
  });
});

test('an entry that somebody else takes while the document is applied is a conflict, and applying again helps', async () => {
  const ids = Array.from({ length: 6 }, (_, at) => `raced-${at}`);
  const clients = ids.map((id) => ({ ...notes, id }));
  const answers = await Promise.all(Array.from({ length: 4 }, () => apply({ clients })));
  for (const { status } of answers) assert.ok(status === 200 || status === 409);
  assert.ok((await applied({ clients })).unchanged > 0);
  assert.deepEqual(await applied({ clients }), { changes: [], unchanged: ids.length });
});
