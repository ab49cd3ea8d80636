import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ProviderId, TenantId } from '@argus/contract';
import { providerById } from '@argus/store';
import type { TestServer } from '@argus/testing/server';
import { openProviderSecret } from '../src/flows/provider-secret.ts';
import { type Operator, operatorOf, told } from './admin-stage.ts';
import { administrator, holdings, openStage } from './stage.ts';

let server: TestServer;
let operator: Operator;
before(async () => {
  server = await openStage();
  operator = await operatorOf(server);
});
after(() => server[Symbol.asyncDispose]());

type Settings = Readonly<Record<string, unknown>>;

describe('a resource', () => {
  const declare = (resource: Settings, tenant?: string) =>
    operator('adminDeclareResource', { body: resource }, tenant);
  const listed = async (tenant?: string) =>
    (await operator('adminListResources', { query: { limit: '100' } }, tenant)).body.resources;
  const notes = { id: 'https://notes.example/api', name: 'Notes', scopes: ['notes.read', 'notes.write'] };

  test('is declared, replaced and removed, and the audit log is told of each', async () => {
    assert.deepEqual((await declare(notes)).body, notes);
    assert.deepEqual(await listed(), [notes]);
    const narrower = { id: notes.id, scopes: ['notes.read'] };
    assert.deepEqual((await declare(narrower)).body, narrower);
    assert.deepEqual(await listed(), [narrower]);
    assert.equal((await operator('adminRemoveResource', { query: { id: notes.id } })).status, 204);
    assert.equal((await operator('adminRemoveResource', { query: { id: notes.id } })).status, 404);
    assert.deepEqual(await listed(), []);
    assert.equal((await told(operator, 'resource.declared')).length, 2);
    assert.deepEqual((await told(operator, 'resource.removed'))[0].details, { resourceId: notes.id });
  });

  test('that is declared as it stands writes nothing', async () => {
    await declare(notes);
    const before = await holdings(server);
    assert.equal((await declare(notes)).status, 200);
    assert.deepEqual(await holdings(server), before);
  });

  test('belongs to one tenant: no other declares, sees or removes it', async () => {
    await declare(notes);
    const admin = await administrator(server);
    // The audit log hears of the administrator's try.
    const before = await holdings(server, false);
    assert.deepEqual((await declare(notes, 'other')).body.code, 'conflict');
    assert.deepEqual(await listed('other'), []);
    assert.equal((await operator('adminRemoveResource', { query: { id: notes.id } }, 'other')).status, 404);
    const elsewhere = { query: { tenant: 'other', id: notes.id } };
    assert.equal((await admin.browser.call('adminRemoveResource', elsewhere)).status, 403);
    assert.deepEqual(await holdings(server, false), before);
  });

  test('is listed in pages, each once', async () => {
    const ids = ['https://p.example/3', 'https://p.example/1', 'urn:example:2'];
    for (const id of ids) await declare({ id, scopes: [] }, 'other');
    const first = (await operator('adminListResources', { query: { limit: '2' } }, 'other')).body;
    const query = { limit: '2', cursor: first.nextCursor };
    const second = (await operator('adminListResources', { query }, 'other')).body;
    const seen = [...first.resources, ...second.resources].map(({ id }) => id);
    assert.deepEqual([first.resources.length, seen.length, second.nextCursor], [2, 3, null]);
    assert.deepEqual(new Set(seen), new Set(ids));
  });

  const refused: readonly [what: string, resource: Settings, path: string][] = [
    ['that is Argus itself', { id: 'http://localhost:8100' }, 'body.id'],
    ['that is Argus itself with a slash', { id: 'http://localhost:8100/' }, 'body.id'],
    ['without a scheme', { id: 'notes.example' }, 'body.id'],
    ['with a fragment', { id: 'https://notes.example/#a' }, 'body.id'],
    ['with a space', { id: 'https://notes.example/a b' }, 'body.id'],
    ['with a NUL', { id: 'https://notes.example/\0' }, 'body.id'],
    ['with a scope of OpenID', { scopes: ['openid'] }, 'body.scopes.0'],
    ['with a scope of administration', { scopes: ['notes.read', 'argus.admin'] }, 'body.scopes.1'],
    ['with a name of nothing that can be kept', { name: 'a\0b' }, 'body.name'],
  ];
  for (const [what, resource, path] of refused) {
    test(`${what} is refused, and nothing is written`, async () => {
      const before = await holdings(server);
      const { status, body } = await declare({ ...notes, ...resource });
      assert.deepEqual([status, body.errors[0].path], [400, path]);
      assert.deepEqual(await holdings(server), before);
    });
  }
});

describe('a provider', () => {
  const corp = { name: 'Corp', issuer: 'https://idp.example', clientId: 'argus' };
  const declare = (id: string, settings: Settings, tenant?: string) =>
    operator('adminDeclareProvider', { params: { id }, body: { ...corp, ...settings } }, tenant);
  const kept = async (id: string) => {
    const { services } = server.argus;
    // Brands over text: the test names them.
    const provider = await providerById(services.store.pool, 'default' as TenantId, id as ProviderId);
    assert.ok(provider);
    return { provider, secret: openProviderSecret(services, provider) };
  };

  test('is declared with a secret that is kept sealed and never shown', async () => {
    const { status, body } = await declare('sealed', { clientSecret: 'a secret of the provider' });
    assert.equal(status, 200);
    assert.equal(body.hasSecret, true);
    assert.ok(!('clientSecret' in body));
    const { provider, secret } = await kept('sealed');
    assert.equal(secret, 'a secret of the provider');
    assert.ok(!Buffer.from(provider.sealedSecret ?? []).includes('a secret'));
    const { rows } = await server.argus.services.store.pool.query(
      'SELECT e::text AS line FROM audit_events e',
    );
    for (const { line } of rows) assert.ok(!line.includes('a secret of'));
  });

  test('keeps its secret when none is named, loses it by null, and opens for nobody else', async () => {
    await declare('keeping', { clientSecret: 'first' });
    await declare('keeping', { name: 'Renamed' });
    const { provider, secret } = await kept('keeping');
    assert.equal(secret, 'first');
    const { services } = server.argus;
    assert.equal(openProviderSecret(services, { ...provider, id: 'other' as ProviderId }), null);
    assert.equal(openProviderSecret(services, { ...provider, tenant: 'other' as TenantId }), null);
    assert.equal((await declare('keeping', { clientSecret: null })).body.hasSecret, false);
    assert.equal((await kept('keeping')).secret, null);
  });

  test('has what holds when nothing was said', async () => {
    const { body } = await declare('plain', {});
    const { id: _, changedAt: __, ...settings } = body;
    assert.deepEqual(settings, {
      ...corp,
      preset: 'oidc',
      scopes: ['openid', 'email', 'profile'],
      domains: [],
      newUsers: 'create',
      trustsEmail: true,
      assurance: { aal2Acr: [], aal2Amr: [] },
      isShown: true,
      hasSecret: false,
    });
  });

  test('is shown, listed in pages and removed, and the audit log is told', async () => {
    for (const id of ['page-1', 'page-2', 'page-3']) await declare(id, {}, 'other');
    const first = (await operator('adminListProviders', { query: { limit: '2' } }, 'other')).body;
    const query = { limit: '2', cursor: first.nextCursor };
    const second = (await operator('adminListProviders', { query }, 'other')).body;
    assert.deepEqual(
      [...first.providers, ...second.providers].map(({ id }) => id),
      ['page-1', 'page-2', 'page-3'],
    );
    const params = { id: 'page-2' };
    assert.equal((await operator('adminShowProvider', { params }, 'other')).body.name, 'Corp');
    assert.equal((await operator('adminRemoveProvider', { params }, 'other')).status, 204);
    assert.equal((await operator('adminRemoveProvider', { params }, 'other')).status, 404);
    assert.equal((await operator('adminShowProvider', { params }, 'other')).status, 404);
    assert.deepEqual((await told(operator, 'provider.removed', 'other'))[0].details, {
      providerId: 'page-2',
    });
  });

  test('that is declared as it stands writes nothing', async () => {
    const settings = { clientSecret: 'the same', domains: ['same.example'] };
    await declare('same', settings);
    const before = await holdings(server);
    assert.equal((await declare('same', settings)).status, 200);
    assert.deepEqual(await holdings(server), before);
    await declare('same', { ...settings, clientSecret: 'another' });
    assert.deepEqual((await told(operator, 'provider.declared'))[0].details.fields, ['clientSecret']);
  });

  test('belongs to one tenant: no other declares, sees or removes it', async () => {
    await declare('ours', {});
    const before = await holdings(server);
    const params = { id: 'ours' };
    assert.equal((await declare('ours', { name: 'Theirs' }, 'other')).body.code, 'conflict');
    assert.equal((await operator('adminShowProvider', { params }, 'other')).status, 404);
    assert.equal((await operator('adminRemoveProvider', { params }, 'other')).status, 404);
    assert.deepEqual(await holdings(server), before);
  });

  test('of another tenant may lead the same domain', async () => {
    await declare('domain-here', { domains: ['both.example'] });
    assert.equal((await declare('domain-there', { domains: ['both.example'] }, 'other')).status, 200);
  });

  const refused: readonly [what: string, settings: Settings, path: string][] = [
    ['over plain http', { issuer: 'http://idp.example' }, 'body.issuer'],
    ['at no address', { issuer: 'idp.example' }, 'body.issuer'],
    ['with a query', { issuer: 'https://idp.example/?a' }, 'body.issuer'],
    ['with a password in its address', { issuer: 'https://a:b@idp.example' }, 'body.issuer'],
    ['without openid', { scopes: ['email'] }, 'body.scopes'],
    ['of a domain in capitals', { domains: ['Example.org'] }, 'body.domains.0'],
    ['of a domain that is none', { domains: ['a b'] }, 'body.domains.0'],
    ['of a domain twice', { domains: ['a.example', 'a.example'] }, 'body.domains.1'],
    ['of a domain that leads elsewhere', { domains: ['taken.example'] }, 'body.domains.0'],
    ['with a NUL in its mapping', { assurance: { aal2Acr: ['a\0'] } }, 'body.assurance.aal2Acr.0'],
    ['with a secret that no header carries', { clientSecret: 'ä' }, 'body.clientSecret'],
  ];
  before(() => declare('taker', { domains: ['taken.example'] }));
  for (const [what, settings, path] of refused) {
    test(`${what} is refused, and nothing is written`, async () => {
      const before = await holdings(server);
      const { status, body } = await declare('refused', settings);
      assert.deepEqual([status, body.errors[0].path], [400, path]);
      assert.deepEqual(await holdings(server), before);
    });
  }

  test('that speaks plain OAuth needs no openid', async () => {
    const settings = { preset: 'github', issuer: 'https://github.com', scopes: ['read:user'] };
    assert.equal((await declare('github', settings)).status, 200);
  });
});

test('nobody declares anything in a tenant that does not exist', async () => {
  const resource = { body: { id: 'https://a.example/', scopes: [] } };
  const provider = { params: { id: 'a' }, body: { name: 'A', issuer: 'https://a.example', clientId: 'a' } };
  assert.equal((await operator('adminDeclareResource', resource, 'nowhere')).status, 404);
  assert.equal((await operator('adminDeclareProvider', provider, 'nowhere')).status, 404);
});
