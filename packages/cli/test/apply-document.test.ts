import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { applyDocumentSchema } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { readDocument } from '../src/document.ts';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, spawnArgus, temporaryFolder } from './processes.ts';

describe('argus apply', () => {
  const stack = new AsyncDisposableStack();
  const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
  let env: Record<string, string>;
  let server: Serving;

  before(async () => {
    env = { DATABASE_URL: stack.use(await testDatabase()).url, ARGUS_MASTER_KEY: 'A'.repeat(43) };
    server = await serve({ dataDir: join(folder.path, 'data'), env });
    stack.defer(() => server[Symbol.asyncDispose]());
  });
  after(() => stack.disposeAsync());

  const apply = (text: string) => {
    const file = join(folder.path, 'argus.yaml');
    writeFileSync(file, text);
    return argus(['apply', file, '--data', server.dataDir]);
  };
  const users = (tenant: string) =>
    argusJson<{ users: { email: string; roles: string[] }[] }>([
      'users',
      'list',
      '--tenant',
      tenant,
      '--data',
      server.dataDir,
    ]);

  test('creates what is declared, shows it as a diff, and changes nothing the second time', async () => {
    const text = `
# a comment, and an anchor used twice
tenants: [ { id: acme } ]
users:
  - { email: ada@example.org, password: correct horse battery staple, roles: &roles [admin, editor] }
  - { tenant: acme, email: Bob@Example.org, roles: *roles }
`;
    const first = await apply(text);
    assert.equal(first.code, 0, first.err);
    assert.match(
      first.out,
      /^\+ create tenant acme\n\+ create user ada@example\.org\n\+ create user bob@example\.org\n {4}one-time link: http\S+\n$/,
    );
    assert.deepEqual(await apply(text), { code: 0, out: '= 3 unchanged\n', err: '' });
    assert.deepEqual(
      (await users('acme')).users.map(({ email }) => email),
      ['bob@example.org'],
    );
  });

  test('changes what differs and only that', async () => {
    await apply(
      'users: [ { email: one@example.org, password: correct horse battery }, { email: two@example.org, password: correct horse battery } ]',
    );
    const changed = await apply(
      'users: [ { email: one@example.org, roles: [editor] }, { email: two@example.org } ]',
    );
    assert.equal(changed.out, '~ change user one@example.org\n= 1 unchanged\n');
  });

  test('creates clients with what they need, shows a secret that it made once, and what is different later', async () => {
    const text = `
resources: [ { id: "https://notes.example/api", name: Notes, scopes: [notes.read] } ]
clients:
  - id: notes
    name: Notes
    type: confidential
    redirectUris: [ "https://notes.example/cb" ]
    scopes: [ openid, notes.read ]
    resources: [ "https://notes.example/api" ]
    requiresPkce: false
providers: [ { id: corp, name: Corp, issuer: "https://idp.example", clientId: argus, clientSecret: upstream } ]
`;
    const first = await apply(text);
    assert.equal(first.code, 0, first.err);
    const [resource, client, secret, warning, provider] = first.out.split('\n');
    assert.equal(resource, '+ create resource https://notes.example/api');
    assert.equal(client, '+ create client notes');
    assert.match(secret ?? '', /^ {4}its secret, which is not shown again: [\w-]{43}$/);
    assert.match(warning ?? '', /^ {4}warning: PKCE is not required/);
    assert.equal(provider, '+ create provider corp');
    assert.equal((await apply(text)).out, '= 3 unchanged\n');
    const changed = await apply(
      text.replace('name: Notes\n', 'name: Renamed\n').replace('upstream', 'another'),
    );
    assert.match(
      changed.out,
      /^~ change client notes: name\n {4}warning: .*\n~ change provider corp: clientSecret\n= 1 unchanged\n$/,
    );
    assert.doesNotMatch(changed.out, /another|upstream/);
  });

  test('names the place of a client that another tenant has, and of one that contradicts itself', async () => {
    await apply(
      '{ tenants: [ { id: far } ], clients: [ { tenant: far, id: theirs, name: T, type: public, redirectUris: [ "https://t.example/" ] } ] }',
    );
    const taken = await apply(
      'clients:\n  - id: theirs\n    name: Ours\n    type: public\n    redirectUris: [ "https://o.example/" ]\n',
    );
    assert.equal(taken.code, 1);
    assert.match(taken.err, /argus\.yaml:2:5 clients\[0\]\.id: belongs to the tenant far already/);
    const wrong = await apply(
      'clients:\n  - id: wrong\n    name: Wrong\n    type: public\n    redirectUris:\n      - javascript:alert(1)\n',
    );
    assert.match(wrong.err, /argus\.yaml:6:9 clients\[0\]\.redirectUris\[0\]: /);
  });

  test('names the place in the file of what the server refuses, and writes nothing', async () => {
    const { code, err } = await apply(`users:
  - email: fine@example.org
    password: correct horse battery staple
  - email: weak@example.org
    password: short
  - tenant: default
    email: no address
`);
    assert.equal(code, 1);
    assert.match(err, /argus\.yaml:5:5 users\[1\]\.password: password_too_short/);
    assert.match(err, /argus\.yaml:7:5 users\[2\]\.email: is not an e-mail address/);
    assert.ok(!(await users('default')).users.some(({ email }) => email === 'fine@example.org'));
  });

  test('refuses users of a tenant that nobody declared', async () => {
    const { code, err } = await apply('users: [ { tenant: nowhere, email: x@example.org } ]');
    assert.equal(code, 1);
    assert.match(err, /argus\.yaml:1:12 users\[0\]\.tenant: is not declared and does not exist/);
  });

  test('says that a document is too long for one request', async () => {
    const many = Array.from({ length: 2_000 }, (_, at) => ({ email: `person-${at}@example.org` }));
    const { code, err } = await apply(JSON.stringify({ users: many }));
    assert.equal(code, 1);
    assert.match(err, /declares too much at once: \d+ bytes of at most 65536/);
  });

  test('a document given at the start that the server refuses stops the start', async () => {
    const file = join(folder.path, 'refused.yaml');
    writeFileSync(file, 'users: [ { tenant: nowhere, email: x@example.org } ]');
    const dataDir = join(folder.path, 'other-data');
    const ended = await spawnArgus(['serve', '--port', '0', '--data', dataDir, '--apply', file], {
      env,
    }).ended;
    assert.equal(ended.code, 1);
    assert.match(ended.err, /refused\.yaml was refused\. It is stopped again\.\n.*users\[0\]\.tenant/);
  });
});

describe('a document that cannot be applied', () => {
  const folder = temporaryFolder();
  after(() => folder[Symbol.dispose]());
  const file = join(folder.path, 'd');
  const mistakesIn = async (text: string | Buffer) => {
    writeFileSync(file, text);
    const read = await readDocument(file, applyDocumentSchema);
    return 'mistakes' in read ? read.mistakes.map((each) => each.replace(file, 'd')) : [];
  };

  const wide = `a: &a [${'x,'.repeat(9)}x]\n`;
  const bomb = `${wide}${'bcdefghi'.replaceAll(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
  const samples: [string, string | Buffer, RegExp][] = [
    ['is empty', '', /is empty/],
    [
      'has an unknown key',
      'users:\n  - email: a@example.org\n    rolls: [admin]\n',
      /^d:3:5 users\[0\]\.rolls: is not known here$/,
    ],
    ['has an unknown section', 'gadgets: []\n', /^d:1:1 gadgets: is not known here$/],
    [
      'has a secret that is too short',
      'clients:\n  - id: notes\n    name: Notes\n    type: confidential\n    secret: short\n',
      /^d:5:5 clients\[0\]\.secret: must have 32 to 512 characters/,
    ],
    ['lacks what is needed', 'users:\n  - name: Ada\n', /^d:2:5 users\[0\]\.email: /],
    ['has a value of the wrong type', 'users: 3\n', /^d:1:1 users: /],
    ['is a list', '- a\n', /^d:1:1: /],
    ['says a key twice', 'users: []\nusers: []\n', /^d:2:1 .*unique/],
    ['is not YAML', 'users: [\n', /^d:2:1 /],
    ['holds two documents', 'users: []\n---\nusers: []\n', /multiple documents/],
    ['uses a tag of its own', 'users: !secret x\n', /^d:1:8 /],
    ['is not UTF-8', Buffer.from([0x75, 0xff, 0xfe]), /not valid/],
    ['is longer than anyone writes', `# ${'x'.repeat(300_000)}`, /longer than 262144 bytes/],
    ['nests deeper than the stack', '['.repeat(200_000), /^d/],
    ['unfolds without end', bomb, /alias/i],
  ];
  for (const [what, text, expected] of samples) {
    test(`because it ${what} is refused with its place`, async () => {
      const mistakes = await mistakesIn(text);
      assert.match(mistakes[0] ?? '', expected);
    });
  }

  test('because it is not there is refused', async () => {
    const { code, err } = await argus(['apply', join(folder.path, 'absent.yaml')]);
    assert.equal(code, 1);
    assert.match(err, /absent\.yaml cannot be read: ENOENT/);
  });

  test('but JSON is as good as YAML', async () => {
    assert.deepEqual(await mistakesIn('{"users":[{"email":"a@example.org"}]}'), []);
  });
});
