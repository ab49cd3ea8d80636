import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ImportAnswer } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/import-export.md'), 'utf8');
const declared = {
  tenants: [{ id: 'acme' }],
  resources: [{ id: 'https://notes.example/api', scopes: ['notes.read'] }],
  clients: [
    {
      tenant: 'acme',
      id: 'notes',
      name: 'Nötes: "all" of \u202ethem',
      type: 'confidential',
      redirectUris: ['https://notes.example/cb'],
    },
  ],
  providers: [
    { id: 'corp', name: 'yes', issuer: 'https://idp.example', clientId: 'argus', clientSecret: 'x' },
  ],
  services: [{ tenant: 'acme', id: 'gateway', name: '0123' }],
};

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
let where: readonly string[];
before(async () => {
  const { url } = stack.use(await testDatabase());
  const file = join(folder.path, 'declared.json');
  writeFileSync(file, JSON.stringify(declared));
  const dataDir = join(folder.path, 'data');
  server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', dataDir];
});
after(() => stack.disposeAsync());

const commands = () =>
  [...guide.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, block = '']) => block.trimEnd().split('\n'));

const blocksOf = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);

test('the table and the list of the guide are taken as it says', async () => {
  const [table = '', ...tables] = blocksOf('csv');
  const [list = '', ...lists] = blocksOf('json');
  assert.deepEqual([tables, lists], [[], []]);
  for (const [format, text, counts] of [
    ['csv', table, [2, 1]],
    ['json', list, [1, 0]],
  ] as const) {
    const file = join(folder.path, `sample.${format}`);
    writeFileSync(file, text);
    const args = ['users', 'import', file, '--format', format, '--tenant', 'acme', ...where];
    const done = await argusJson<ImportAnswer>(args);
    assert.deepEqual([done.created, done.refused], counts);
  }
});

test('every command of the guide does what it is there for', async () => {
  assert.ok(commands().length >= 6);
  writeFileSync(join(folder.path, 'people.csv'), blocksOf('csv')[0] ?? '');
  for (const command of commands()) {
    const [npx, no, name, ...args] = command.split(' ');
    assert.deepEqual([npx, no, name], ['npx', '--no', 'argus'], command);
    const placed = args.map((word) => (word === 'people.csv' ? join(folder.path, word) : word));
    const { code, err } = await argus([...placed, ...where]);
    assert.equal(code, 0, `${command}: ${err}`);
  }
});

for (const more of [[], ['--json'], ['--tenant', 'acme']])
  test(`what \`argus export ${more.join(' ')}\` prints is taken back without a change`, async () => {
    const { code, out, err } = await argus(['export', ...more, ...where]);
    assert.deepEqual([code, err], [0, '']);
    const file = join(folder.path, 'exported.yaml');
    writeFileSync(file, out);
    const applied = await argus(['apply', file, ...where]);
    assert.equal(applied.code, 0, applied.err);
    assert.match(applied.out, /^= \d+ unchanged\n$/);
  });

test('what is left out is said beside the document', async () => {
  await argusJson(['clients', 'disable', 'notes', '--tenant', 'acme', ...where]);
  const { out, err } = await argus(['export', ...where]);
  assert.match(err, /^client notes is disabled, and a document would enable it elsewhere\.\n$/);
  assert.ok(!out.includes('redirectUris'));
});

test('of a tenant that is not there nothing is printed', async () => {
  const { code, out } = await argus(['export', '--tenant', 'nowhere', ...where]);
  assert.deepEqual([code, out], [1, '']);
});
