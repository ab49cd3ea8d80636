import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { applyDocumentSchema } from '@argus/contract';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '../../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const blocksOf = (path: string, language: string) =>
  [...read(path).matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(
    (match) => match[1] ?? '',
  );

test('the example in the README is the one that the middleware runs in its tests', () => {
  const [example, ...more] = blocksOf('README.md', 'ts');
  assert.ok(example);
  assert.equal(more.length, 0);
  assert.ok(blocksOf('packages/middleware/README.md', 'ts').includes(example));
});

test('every npm command in the README and the guides exists', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    'docs/operations.md',
    'docs/import-export.md',
    'docs/integration.md',
    'docs/performance.md',
  ];
  const named = documents.flatMap((path) => [
    ...read(path).matchAll(
      /npm (?:run )?(start|test|demo|bench|check|format|types|lint|unused|[a-z]+:[a-z]+)\b/g,
    ),
  ]);
  assert.ok(named.length >= 5);
  for (const [, name = ''] of named) assert.ok(name in scripts, `npm run ${name} is in no package.json`);
});

for (const path of ['docs/operations.md', 'docs/openid-connect.md'])
  test(`each document for argus apply in ${path} is one`, () => {
    const blocks = blocksOf(path, 'yaml');
    assert.ok(blocks.length > 0);
    for (const block of blocks) applyDocumentSchema.parse(parse(block));
  });

test('every setting that the server reads is in the operations guide, and no other', () => {
  const guide = read('docs/operations.md');
  const source = `${read('packages/server/src/config/env.ts')}${read('packages/cli/src/main.ts')}`;
  const read_ = new Set([...source.matchAll(/\benv\.([A-Z_]+)\b/g)].map(([, name = '']) => name));
  const told = new Set(
    [...guide.matchAll(/^\|[^|]*?`((?:ARGUS|DATABASE)_[A-Z_]+)`(?:, `(ARGUS_[A-Z_]+)`)?/gm)]
      .flatMap(([, a, b]) => [a, b])
      .filter(Boolean),
  );
  assert.deepEqual(told, read_);
});
