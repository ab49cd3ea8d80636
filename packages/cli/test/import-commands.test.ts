import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ImportAnswer } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { userAgent } from '@argus/testing/user-agent';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
let where: readonly string[];
before(async () => {
  const { url } = stack.use(await testDatabase());
  const file = join(folder.path, 'declared.json');
  writeFileSync(file, JSON.stringify({ tenants: [{ id: 'acme' }] }));
  const dataDir = join(folder.path, 'data');
  server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', dataDir];
});
after(() => stack.disposeAsync());

const run = (...args: string[]) => argus([...args, ...where]);
const json = <T>(...args: string[]) => argusJson<T>([...args, ...where]);

function fileOf(name: string, text: string): string {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
}

describe('argus users import', () => {
  test('creates people, tells how far it is, and writes what was refused into a file for its owner', async () => {
    const file = fileOf(
      'people.csv',
      'email,name\nada@example.org,Ada \u202e"A"\nnobody,N\ngrace@example.org,\n',
    );
    const { code, out, err } = await run('users', 'import', file, '--format', 'csv');
    assert.equal(code, 0, err);
    assert.match(out, /^state +finished$/m);
    assert.match(out, /^created +2$/m);
    assert.match(err, /--resume [0-9a-f-]{36}/);
    assert.match(err, /100 %: 3 rows, 2 created, 0 passed over, 1 refused/);
    const report = `${file}.refused.jsonl`;
    assert.deepEqual(JSON.parse(readFileSync(report, 'utf8')), {
      row: 2,
      path: 'email',
      reason: 'is not an e-mail address',
    });
    assert.equal(statSync(report).mode & 0o777, 0o600);
  });

  test('refuses who has an account where that is asked for, and writes the report where it is told', async () => {
    const file = fileOf('again.jsonl', '{"email":"ada@example.org"}\n');
    const report = join(folder.path, 'report.jsonl');
    const args = ['--format', 'json', '--on-existing', 'refuse', '--refused', report];
    const done = await json<ImportAnswer>('users', 'import', file, ...args);
    assert.deepEqual([done.created, done.refused], [0, 1]);
    assert.match(readFileSync(report, 'utf8'), /"has an account already"/);
  });

  test('ends with an error for a file that cannot be read any further, and for one that is not there', async () => {
    const file = fileOf('broken.json', '[{"email":"half@example.org"}');
    const broken = await run('users', 'import', file, '--format', 'json');
    assert.equal(broken.code, 1);
    assert.match(broken.err, /The file ends before its list does\./);
    const missing = await run('users', 'import', join(folder.path, 'nothing'), '--format', 'json');
    assert.equal(missing.code, 1);
    assert.match(missing.err, /cannot be read/);
    assert.equal((await run('users', 'import', file)).code, 2);
    assert.equal((await run('users', 'import', file, '--format', 'xml')).code, 2);
  });

  test('shows what became of it afterwards, and cancels what is still arriving', async () => {
    const key = readFileSync(join(server.dataDir, 'operator.key'), 'utf8').trim();
    const started = await userAgent(server).call('adminStartImport', {
      headers: { authorization: `Bearer ${key}` },
      body: { name: 'nothing', format: 'json' },
    });
    assert.equal(started.status, 201);
    const { imports } = await json<{ imports: ImportAnswer[] }>('imports', 'list', '--all');
    assert.ok(imports.some(({ name, state }) => name === 'people.csv' && state === 'finished'));
    const arriving = imports.find(({ name }) => name === 'nothing');
    assert.equal(arriving?.state, 'receiving');
    const id = String(started.body.id);
    assert.equal((await json<ImportAnswer>('imports', 'cancel', id)).state, 'cancelled');
    assert.match((await run('imports', 'show', id)).out, /^state +cancelled$/m);
    assert.match((await run('imports', 'list')).out, /^ID +NAME +FORMAT/);
    assert.match((await run('imports', 'list', '--tenant', 'acme')).out, /no imports in the tenant acme/);
    assert.equal((await run('users', 'import', fileOf('any', ''), '--resume', id)).code, 1);
  });
});

test('argus users export-all prints what an import takes, and secrets only when asked', async () => {
  const hash = `$2b$12$${'abcdefghijklmnopqrstuv'}${'ABCDEFGHIJKLMNOPQRSTUVWXYZ01234'}`;
  const person = { email: 'bidi@example.org', groups: ['\u202eturned'], passwordHash: hash };
  await run('users', 'import', fileOf('bidi.jsonl', JSON.stringify(person)), '--format', 'json');
  const plain = await run('users', 'export-all');
  assert.equal(plain.code, 0, plain.err);
  assert.ok(!plain.out.includes(hash) && !plain.out.includes('\u202e'));
  const whole = await run('users', 'export-all', '--with-secrets');
  const people = whole.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const found = people.find(({ email }: { email: string }) => email === person.email);
  assert.deepEqual([found.groups, found.passwordHash], [person.groups, hash]);
  const file = fileOf('exported.jsonl', whole.out);
  const done = await json<ImportAnswer>('users', 'import', file, '--format', 'json', '--tenant', 'acme');
  assert.deepEqual([done.created, done.refused], [people.length, 0]);
  const there = await run('users', 'export-all', '--with-secrets', '--tenant', 'acme');
  const sorted = (text: string) => text.trimEnd().split('\n').toSorted();
  assert.deepEqual(sorted(there.out), sorted(whole.out));
});
