import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pass } from 'node:timers/promises';
import type { AdminTenant } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson, type Said } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const guide = readFileSync(join(import.meta.dirname, '../../../docs/tenants.md'), 'utf8');
const blocksOf = (language: string) =>
  [...guide.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, block = '']) => block);

const stack = new AsyncDisposableStack();
const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
let server: Serving;
let where: string[];
before(async () => {
  const { url } = stack.use(await testDatabase());
  server = await serve({ dataDir: join(folder.path, 'data'), env: { DATABASE_URL: url } });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', server.dataDir];
});
after(() => stack.disposeAsync());

const run = (...args: string[]) => argus(['tenants', ...args, ...where]);
const json = <T>(...args: string[]) => argusJson<T>(['tenants', ...args, ...where]);

/** Again until a tenant has come to rest, which takes the server a few seconds; ten at most. */
async function patiently(ask: () => Promise<Said>): Promise<Said> {
  for (let tries = 0; ; tries += 1) {
    const said = await ask();
    if (tries >= 50 || !/few seconds/.test(said.err)) return said;
    await pass(200);
  }
}

describe('argus tenants', () => {
  test('creates, shows, lists and changes', async () => {
    const created = await json<AdminTenant>(
      'create',
      'one',
      '--host',
      'login.one.example',
      '--domain',
      'one.example',
    );
    assert.deepEqual([created.hosts, created.plan], [['login.one.example'], 'enterprise']);
    const changed = await json<AdminTenant>(
      'change',
      'one',
      '--name',
      'One',
      '--plan',
      'professional',
      '--host',
      'none',
    );
    assert.deepEqual([changed.name, changed.hosts, changed.domains], ['One', [], ['one.example']]);
    const { out } = await run('show', 'one');
    assert.match(out, /^status +active$/m);
    assert.match((await run('list')).out, /^one +One +active +professional/m);
    const { tenants } = await json<{ tenants: AdminTenant[] }>('list', '--status', 'suspended');
    assert.deepEqual(tenants, []);
  });

  test('says what is wrong in words', async () => {
    assert.match((await run('show', 'nowhere')).err, /There is no tenant nowhere/);
    assert.match((await run('create', 'one')).err, /names a tenant that exists/);
    assert.match((await run('resume', 'one')).err, /not suspended/);
    assert.match((await run('change', 'default', '--host', 'a.example')).err, /address of the installation/);
    const nothing = await run('change', 'one');
    assert.deepEqual([nothing.code, /--help/.test(nothing.err)], [2, true]);
    assert.match((await run('create', 'two', '--domain', 'one.example')).err, /belongs to the tenant one/);
  });

  test('erases only who says so, and only what is suspended', async () => {
    const unsaid = await run('erase', 'one');
    assert.deepEqual([unsaid.code, /--yes/.test(unsaid.err)], [2, true]);
    assert.match((await run('erase', 'one', '--yes')).err, /suspend it first/);
    assert.equal((await run('suspend', 'one')).code, 0);
    assert.equal((await patiently(() => run('erase', 'one', '--yes'))).code, 0);
    for (let tries = 0; tries < 50 && (await run('show', 'one')).code === 0; tries += 1) await pass(200);
    assert.match((await run('show', 'one')).err, /There is no tenant one/);
  });
});

test('every command of the guide does what it is there for', async () => {
  const commands = blocksOf('sh').flatMap((block) => block.trimEnd().split('\n'));
  assert.ok(commands.length >= 8);
  for (const command of commands) {
    const words = [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
    const [npx, no, name, ...args] = words;
    assert.deepEqual([npx, no, name], ['npx', '--no', 'argus'], command);
    const { code, err, out } = await patiently(() => argus([...args, ...where]));
    assert.equal(code, 0, `${command}: ${err}`);
    if (args[0] === 'users') assert.match(out, /:\/\/login\.acme\.example[:/]/);
  }
});

test('the document of the guide is applied, and a second time nothing changes', async () => {
  const [document = ''] = blocksOf('yaml');
  const file = join(folder.path, 'tenants.yaml');
  writeFileSync(file, document);
  for (let tries = 0; tries < 50 && (await run('show', 'acme')).code === 0; tries += 1) await pass(200);
  const first = await argus(['apply', file, ...where]);
  assert.equal(first.code, 0, first.err);
  assert.match(first.out, /^\+ create tenant acme/m);
  assert.match((await argus(['apply', file, ...where])).out, /^= 3 unchanged\n$/);
  writeFileSync(file, 'tenants: [{ id: umbrella, plan: enterprise }]');
  assert.match((await argus(['apply', file, ...where])).out, /^~ change tenant umbrella: plan$/m);
});
