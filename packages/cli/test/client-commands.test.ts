import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AdminClient, AdminProvider, AdminResource, AdminUser, ClientId, UserId } from '@argus/contract';
import { openStore } from '@argus/store';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const stack = new AsyncDisposableStack();
let server: Serving;
let where: string[];
let folder: string;
let databaseUrl: string;
before(async () => {
  folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]()).path;
  databaseUrl = stack.use(await testDatabase()).url;
  const dataDir = join(folder, 'data');
  const file = join(folder, 'tenants.json');
  const users = [{ email: 'ada@example.org', password: 'correct horse battery staple' }];
  writeFileSync(file, JSON.stringify({ tenants: [{ id: 'acme' }], users }));
  server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: databaseUrl } });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', dataDir];
});
after(() => stack.disposeAsync());

const run = (...args: string[]) => argus([...args, ...where]);
const json = <T>(...args: string[]) => argusJson<T>([...args, ...where]);
const redirect = ['--redirect-uri', 'https://notes.example/cb'];

interface WithSecret {
  readonly client: AdminClient;
  readonly secret: string | null;
}

describe('argus clients', () => {
  test('creates a client, prints its secret once, and flags what weakens it', async () => {
    const { code, out } = await run(
      'clients',
      'create',
      '--id',
      'notes',
      '--name',
      'Notes',
      ...redirect,
      '--set',
      'requiresPkce=false',
    );
    assert.equal(code, 0);
    assert.match(out, /^id +notes$/m);
    assert.match(out, /^redirectUris +https:\/\/notes\.example\/cb$/m);
    assert.match(out, /^warning: PKCE is not required/m);
    assert.match(out, /Its secret, which is not shown again:\n {2}[\w-]{43}\n$/);
    const shown = await run('clients', 'show', 'notes');
    assert.match(shown.out, /^hasSecret +true$/m);
    assert.doesNotMatch(shown.out, /not shown again/);
  });

  test('makes an id of the name when none is given', async () => {
    const { client, secret } = await json<WithSecret>(
      'clients',
      'create',
      '--name',
      'My Phone',
      '--type',
      'public',
      '--native',
      '--redirect-uri',
      'http://127.0.0.1/cb',
    );
    assert.match(client.id, /^my-phone-\w{8}$/);
    assert.deepEqual([client.applicationType, secret], ['native', null]);
  });

  test('lists clients as an aligned table, by status and by tenant', async () => {
    await run('clients', 'create', '--id', 'listed', '--name', 'Listed', ...redirect);
    await run('clients', 'disable', 'listed');
    const { out } = await run('clients', 'list', '--status', 'disabled');
    const [heading = '', ...rows] = out.trimEnd().split('\n');
    assert.deepEqual(
      rows.map((row) => row.slice(heading.indexOf('STATUS')).split(' ', 1)[0]),
      ['disabled'],
    );
    assert.match(
      (await run('clients', 'list', '--tenant', 'acme')).out,
      /There are no such clients in the tenant acme/,
    );
  });

  test('changes what is named and nothing else', async () => {
    await run(
      'clients',
      'create',
      '--id',
      'changing',
      '--name',
      'Before',
      ...redirect,
      '--scope',
      'openid',
      'email',
    );
    const change = ['--name', 'After', '--set', 'consentDays=null', '--set', 'origins=["https://a.example"]'];
    const { client, secret } = await json<WithSecret>('clients', 'change', 'changing', ...change);
    assert.deepEqual(
      [client.name, client.consentDays, client.origins, client.scopes, secret],
      ['After', null, ['https://a.example'], ['openid', 'email'], null],
    );
    const nothing = await run('clients', 'change', 'changing');
    assert.deepEqual([nothing.code, nothing.err], [2, 'argus: Name what shall change.\n']);
  });

  test('disables and enables', async () => {
    await run('clients', 'create', '--id', 'asleep', '--name', 'Asleep', ...redirect);
    assert.equal((await json<WithSecret>('clients', 'disable', 'asleep')).client.status, 'disabled');
    assert.equal((await json<WithSecret>('clients', 'enable', 'asleep')).client.status, 'active');
  });

  test('gives a new secret', async () => {
    const { secret } = await json<WithSecret>(
      'clients',
      'create',
      '--id',
      'secretive',
      '--name',
      'S',
      ...redirect,
    );
    const next = await json<WithSecret>('clients', 'new-secret', 'secretive');
    assert.ok(next.secret && next.secret !== secret);
  });

  test('removes', async () => {
    await run('clients', 'create', '--id', 'leaving', '--name', 'L', ...redirect);
    assert.equal((await run('clients', 'remove', 'leaving')).out, 'Removed the client leaving.\n');
    const gone = await run('clients', 'show', 'leaving');
    assert.deepEqual(
      [gone.code, gone.err],
      [1, 'argus: There is no client leaving in the tenant default.\n'],
    );
  });

  test('says what is wrong, and where', async () => {
    const wrong = await run('clients', 'create', '--name', 'W', '--redirect-uri', 'http://notes.example/cb');
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /^argus: .*\(invalid_request\)\n {2}body\.redirectUris\.0: /);
    await run('clients', 'create', '--id', 'taken', '--name', 'T', ...redirect);
    const taken = await run(
      'clients',
      'create',
      '--id',
      'taken',
      '--name',
      'T',
      ...redirect,
      '--tenant',
      'acme',
    );
    assert.equal(taken.err, 'argus: The id taken is taken.\n');
    const nowhere = await run('clients', 'create', '--name', 'T', ...redirect, '--tenant', 'nowhere');
    assert.match(nowhere.err, /There is no tenant nowhere/);
    assert.equal((await run('clients', 'create', '--name', 'T', '--set', 'oops')).code, 2);
    assert.equal((await run('clients', 'create', '--name', 'T', '--type', 'secretive')).code, 2);
  });

  test('does not touch a client from another tenant', async () => {
    await run('clients', 'create', '--id', 'ours', '--name', 'Ours', ...redirect);
    for (const verb of ['show', 'disable', 'new-secret', 'remove'])
      assert.equal((await run('clients', verb, 'ours', '--tenant', 'acme')).code, 1, verb);
    assert.equal((await json<AdminClient>('clients', 'show', 'ours')).status, 'active');
  });
});

describe('argus resources', () => {
  const id = 'https://notes.example/api';

  test('declares, lists and removes', async () => {
    const declared = await json<AdminResource>(
      'resources',
      'declare',
      id,
      '--name',
      'Notes',
      '--scope',
      'notes.read',
      'notes.write',
    );
    assert.deepEqual(declared, { id, name: 'Notes', scopes: ['notes.read', 'notes.write'] });
    assert.match(
      (await run('resources', 'list')).out,
      /https:\/\/notes\.example\/api +Notes +notes\.read notes\.write/,
    );
    assert.equal(
      (await run('resources', 'declare', id, '--tenant', 'acme')).err,
      `argus: The id ${id} belongs to another tenant.\n`,
    );
    assert.equal((await run('resources', 'remove', id, '--tenant', 'acme')).code, 1);
    assert.equal((await run('resources', 'remove', id)).out, `Removed the resource ${id}.\n`);
    assert.match((await run('resources', 'remove', id)).err, /There is no resource/);
    assert.match((await run('resources', 'list')).out, /There are no resources/);
  });
});

describe('argus providers', () => {
  const corp = ['--name', 'Corp', '--issuer', 'https://idp.example', '--client-id', 'argus'];

  test('declares with a secret from a file, and changes what is named later', async () => {
    const file = join(folder, 'upstream.secret');
    writeFileSync(file, 'the secret of Argus there\n', { mode: 0o600 });
    const first = await json<AdminProvider>(
      'providers',
      'declare',
      'corp',
      ...corp,
      '--domain',
      'corp.example',
      '--secret-file',
      file,
    );
    assert.deepEqual([first.hasSecret, first.domains], [true, ['corp.example']]);
    const { hasSecret, domains, name, issuer } = await json<AdminProvider>(
      'providers',
      'declare',
      'corp',
      '--name',
      'Renamed',
    );
    assert.deepEqual(
      [hasSecret, domains, name, issuer],
      [true, ['corp.example'], 'Renamed', 'https://idp.example'],
    );
    assert.doesNotMatch((await run('providers', 'show', 'corp')).out, /the secret of/);
  });

  test('lists and removes', async () => {
    await run('providers', 'declare', 'gone', ...corp);
    assert.match((await run('providers', 'list')).out, /gone +Corp +oidc +https:\/\/idp\.example/);
    assert.equal((await run('providers', 'remove', 'gone')).out, 'Removed the provider gone.\n');
    assert.equal(
      (await run('providers', 'show', 'gone')).err,
      'argus: There is no provider gone in the tenant default.\n',
    );
    assert.equal((await run('providers', 'remove', 'gone')).code, 1);
  });

  test('says what is wrong', async () => {
    const wrong = await run(
      'providers',
      'declare',
      'wrong',
      '--name',
      'W',
      '--issuer',
      'http://idp.example',
      '--client-id',
      'a',
    );
    assert.match(wrong.err, /body\.issuer: must begin with https/);
    const unread = await run(
      'providers',
      'declare',
      'unread',
      ...corp,
      '--secret-file',
      join(folder, 'absent'),
    );
    assert.match(unread.err, /absent cannot be read: ENOENT/);
    await run('providers', 'declare', 'ours', ...corp);
    const taken = await run('providers', 'declare', 'ours', ...corp, '--tenant', 'acme');
    assert.equal(taken.err, 'argus: The id ours belongs to another tenant.\n');
  });
});

describe('argus consents', () => {
  test('lists what a user has agreed to, and withdraws it', async () => {
    await run('clients', 'create', '--id', 'let-in', '--name', 'Let In', ...redirect);
    const { user } = await json<{ user: AdminUser }>('users', 'show', 'ada@example.org');
    await using store = openStore({ url: databaseUrl });
    const consent = {
      // Brands over text, which the wire does not know.
      userId: user.id as UserId,
      clientId: 'let-in' as ClientId,
      scope: ['openid', 'email'],
      resources: [],
      grantedAt: Date.UTC(2026, 0, 1),
      expiresAt: null,
    };
    const changes = [{ kind: 'give-consent', consent } as const];
    assert.ok((await store.commit({ tenant: 'default', changes, events: [] })).isCommitted);
    const { out } = await run('consents', 'list', 'ada@example.org');
    assert.match(out, /^let-in +Let In +openid email +2026-01-01 00:00:00Z +-$/m);
    assert.equal(
      (await run('consents', 'withdraw', 'ada@example.org', 'let-in', '--tenant', 'acme')).code,
      1,
    );
    const withdrawn = await run('consents', 'withdraw', 'ada@example.org', 'let-in');
    assert.equal(withdrawn.out, 'Withdrew what ada@example.org had agreed to with let-in.\n');
  });

  test('says that a user has let nobody in, and that there is nothing to withdraw', async () => {
    assert.equal(
      (await run('consents', 'list', 'ada@example.org')).out,
      'ada@example.org has let no client in.\n',
    );
    const none = await run('consents', 'withdraw', 'ada@example.org', 'notes');
    assert.deepEqual([none.code, none.err], [1, 'argus: ada@example.org has not let a client notes in.\n']);
    assert.equal((await run('consents', 'list', 'nobody@example.org')).code, 1);
  });
});
