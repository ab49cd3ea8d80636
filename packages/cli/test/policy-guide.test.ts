import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { testDatabase } from '@argus/testing/database';
import { argus } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/policy.md'), 'utf8');
const blocks = [...guide.matchAll(/^```(yaml|sh)\n(.*?)^```$/gms)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
before(async () => {
  const { url } = stack.use(await testDatabase());
  const users = write('users.json', JSON.stringify({ users: [{ email: 'ada@example.org' }] }));
  server = await serve({
    dataDir: join(folder.path, 'data'),
    args: ['--apply', users],
    env: { DATABASE_URL: url },
  });
  stack.defer(() => server[Symbol.asyncDispose]());
});
after(() => stack.disposeAsync());

function write(name: string, text: string): string {
  const file = join(folder.path, name);
  writeFileSync(file, text);
  return file;
}

/** The words of a command line, those in quotes as one; its file is the one that the guide shows. */
function wordsOf(line: string): string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)]
    .map(([, quoted, plain]) => quoted ?? plain ?? '')
    .map((word) => (word === 'policy.yaml' ? join(folder.path, word) : word));
}

async function runs(...args: string[]): Promise<string> {
  const { code, out, err } = await argus([...args, '--data', server.dataDir]);
  assert.equal(code, 0, `${args.join(' ')}: ${err}`);
  return out;
}

test('what the guide shows is done as it says, from its beginning to its end', async () => {
  const done = { documents: 0, commands: 0 };
  for (const { language, text } of blocks) {
    if (language === 'yaml' && text.startsWith('tenants:')) {
      const file = write('argus.yaml', text);
      assert.match(await runs('apply', file), /^~ change policy default$/m);
      assert.match(await runs('apply', file), /^= \d+ unchanged\n$/);
      done.documents += 1;
    } else if (language === 'yaml') {
      write('policy.yaml', text);
      done.documents += 1;
    }
    for (const line of language === 'sh' ? text.trimEnd().split('\n') : []) {
      const [npx, no, name, ...args] = wordsOf(line);
      assert.deepEqual([npx, no, name], ['npx', '--no', 'argus'], line);
      await runs(...args);
      done.commands += 1;
    }
  }
  assert.deepEqual(done, { documents: 2, commands: 10 });
});

test('the mistake that the guide shows is told in these words', async () => {
  const shown = /^policy\.yaml:\d+:\d+ .+$/m.exec(guide)?.[0] ?? '';
  const file = write('policy.yaml', 'preset: pci-dss\nsession:\n  idleMinutes: 20\n');
  const { code, err } = await argus(['policy', 'set', file, '--data', server.dataDir]);
  assert.equal(code, 1);
  assert.ok(err.replaceAll(file, 'policy.yaml').includes(shown), err);
});

test('every call of the table exists, with the permission that it takes', async () => {
  const { out } = await argus(['open-api']);
  const { paths } = JSON.parse(out) as {
    paths: Record<string, Record<string, { 'x-permission'?: string }>>;
  };
  const told = [...guide.matchAll(/^\| `([A-Z]+) (\/admin\S+)` \| `([\w-]+)` \|/gm)];
  assert.equal(told.length, 8);
  for (const [, method = '', path = '', permission] of told)
    assert.equal(paths[path]?.[method.toLowerCase()]?.['x-permission'], permission, `${method} ${path}`);
});
