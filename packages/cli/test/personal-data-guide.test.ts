import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { personExportSchema } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/personal-data.md'), 'utf8');
const commands = [...guide.matchAll(/^```sh\nnpx --no argus (.*)\n```$/gm)].map(([, line = '']) =>
  line.split(' '),
);

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
before(async () => {
  const { url } = stack.use(await testDatabase());
  const file = join(folder.path, 'declared.json');
  writeFileSync(file, JSON.stringify({ users: [{ email: 'ada@example.org' }] }));
  const dataDir = join(folder.path, 'data');
  server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
});
after(() => stack.disposeAsync());

test('every command of the guide to personal data does what it says, in its order', async () => {
  const [exporting = [], erasing = [], ...more] = commands;
  assert.deepEqual([exporting[1], erasing[1], more], ['export', 'erase', []]);
  const file = join(folder.path, 'ada.json');
  const where = ['--data', server.dataDir];
  await argusJson([...exporting.map((word) => (word === 'ada.json' ? file : word)), ...where]);
  personExportSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const unsure = await argus([...erasing.filter((word) => word !== '--yes'), ...where]);
  assert.deepEqual([unsure.code, /Say --yes if you mean it/.test(unsure.err)], [2, true]);
  const { status } = await argusJson<{ status: string }>([...erasing, ...where]);
  assert.equal(status, 'erasing');
});

test('the guide names every part of the document', () => {
  const named = new Set(
    [...guide.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, cell = '']) => cell.split(', ')),
  );
  const parts = Object.keys(personExportSchema.shape).filter(
    (part) => !['format', 'exportedAt', 'tenant'].includes(part),
  );
  assert.deepEqual(named, new Set(parts.map((part) => `\`${part}\``)));
});
