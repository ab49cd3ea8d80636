import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { testDatabase } from '@argus/testing/database';
import { argus } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
const blocksOf = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
before(async () => {
  const { url } = stack.use(await testDatabase());
  server = await serve({ dataDir: join(folder.path, 'data'), env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
});
after(() => stack.disposeAsync());

/** The words of a command line, those in quotes as one. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
}

test('every document of the operations guide is applied, and a second time nothing changes', async () => {
  const documents = blocksOf('yaml');
  assert.ok(documents.length >= 2);
  for (const document of documents) {
    const file = join(folder.path, 'argus.yaml');
    writeFileSync(file, document);
    const first = await argus(['apply', file, '--data', server.dataDir]);
    assert.equal(first.code, 0, first.err);
    assert.match((await argus(['apply', file, '--data', server.dataDir])).out, /^= \d+ unchanged\n$/);
  }
});

test('every command of the operations guide does what it is there for', async () => {
  const commands = blocksOf('sh').flatMap((block) => block.trimEnd().split('\n'));
  assert.ok(commands.length >= 10);
  for (const command of commands) {
    const [npx, no, name, ...args] = wordsOf(command);
    assert.deepEqual([npx, no, name], ['npx', '--no', 'argus'], command);
    const { code, err } = await argus([...args, '--data', server.dataDir]);
    assert.equal(code, 0, `${command}: ${err}`);
  }
});

test('every verb of the table of commands exists, and the table has every verb of clients and providers', async () => {
  const told = new Map(
    [...guide.matchAll(/^\| `argus ([a-z]+) ([a-z]+)`((?:, `[\w-]+`)*) \|/gm)].map(
      ([, noun = '', verb = '', more = '']) => [
        noun,
        [verb, ...[...more.matchAll(/`([\w-]+)`/g)].map(([, each = '']) => each)],
      ],
    ),
  );
  assert.ok(told.size >= 7);
  for (const [noun, verbs] of told) {
    const { out } = await argus([noun, '--help']);
    const known = [...out.matchAll(/^ {2}([\w-]+) /gm)]
      .map(([, verb = '']) => verb)
      .filter((verb) => verb !== 'help');
    assert.deepEqual(new Set(verbs), new Set(known.filter((verb) => !verb.startsWith('-'))), noun);
  }
});
