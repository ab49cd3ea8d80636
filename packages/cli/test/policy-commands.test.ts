import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AdminPolicy, EffectivePolicyAnswer, ListedPolicyVersion, PolicyPreview } from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const stack = new AsyncDisposableStack();
let server: Serving;
let where: string[];
let folder: string;
before(async () => {
  folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]()).path;
  const databaseUrl = stack.use(await testDatabase()).url;
  const dataDir = join(folder, 'data');
  const users = [{ email: 'ada@example.org', roles: ['editor'] }];
  server = await serve({
    dataDir,
    args: ['--apply', write('first.json', JSON.stringify({ tenants: [{ id: 'acme' }], users }))],
    env: { DATABASE_URL: databaseUrl },
  });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', dataDir];
});
after(() => stack.disposeAsync());

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

const run = (...args: string[]) => argus(['policy', ...args, ...where]);
const json = <T>(...args: string[]) => argusJson<T>(['policy', ...args, ...where]);

const shorter = `
session:
  idleMinutes: 20
overrides:
  - when: { group: abroad }
    set: { session: { idleMinutes: 10 } }
`;

describe('argus policy', () => {
  test('shows what holds where nobody decided, in the form that it reads', async () => {
    const { code, out } = await run('show');
    assert.equal(code, 0);
    assert.match(out, /^# version +1$/m);
    assert.match(out, /^# author +nobody decided$/m);
    assert.match(out, /^preset: balanced$/m);
    const again = await run('set', write('shown.yaml', out));
    assert.deepEqual(
      [again.code, again.out],
      [0, 'The policy of the tenant default says this already: version 1.\n'],
    );
  });

  test('puts a file in force, and says what is different', async () => {
    const { code, out } = await run('set', write('shorter.yaml', shorter), '--note', 'As agreed');
    assert.equal(code, 0);
    assert.deepEqual(out.split('\n').slice(0, 3), [
      'Version 2 is in force in the tenant default.',
      '~ session.idleMinutes: 30 → 20',
      '~ overrides[{"group":"abroad"}].session.idleMinutes: none → 10',
    ]);
    const shown = await json<AdminPolicy>('show');
    assert.deepEqual([shown.version, shown.note, shown.author], [2, 'As agreed', 'operator']);
  });

  test('tells what a file would do, and does nothing', async () => {
    const { code, out } = await run('preview', write('wanted.yaml', shorter));
    assert.equal(code, 0);
    assert.match(out, /^0 active sessions would end now, 0 would end sooner than they do\.$/m);
    assert.match(out, /^Roles under other rules: none\.$/m);
    const preview = await json<PolicyPreview>(
      'preview',
      write('factors.yaml', 'authentication: { factors: { required: 2 } }'),
    );
    assert.deepEqual([preview.endsNow, preview.usersLackingFactor], [0, 1]);
    assert.equal((await json<AdminPolicy>('show')).version, 2);
    const wrong = await run('preview', write('wrong.yaml', 'session:\n  idleMinutes: 0\n'));
    assert.equal(wrong.code, 1);
    assert.match(wrong.err, /wrong\.yaml:2:3 session\.idleMinutes: must be/);
  });

  test('tells every mistake at its line in the file, of form and of meaning', async () => {
    const form = await run('set', write('form.yaml', 'session:\n  idleMinutes: 0\n  idle: 3\n'));
    assert.equal(form.code, 1);
    assert.match(form.err, /form\.yaml:2:3 session\.idleMinutes: must be a number from 1 to 43200/);
    assert.match(form.err, /form\.yaml:3:3 session\.idle: is not known here/);
    const text = 'preset: pci-dss\nsession:\n  idleMinutes: 45\n';
    const meaning = await run('set', write('meaning.yaml', text));
    assert.equal(meaning.code, 1);
    assert.match(meaning.err, /meaning\.yaml was refused\./);
    assert.match(
      meaning.err,
      /meaning\.yaml:3:3 session\.idleMinutes: is looser than pci-dss allows: 15 \(PCI DSS 4\.0\.1 8\.2\.8\)/,
    );
    assert.equal((await json<AdminPolicy>('show')).version, 2);
  });

  test('warns of what changes nothing', async () => {
    const text =
      'session: { idleMinutes: 20 }\noverrides: [{ when: { role: x }, set: { session: { idleMinutes: 60 } } }]';
    const { out } = await run('set', write('warned.yaml', text));
    assert.match(out, /^warning: overrides\.0\.set\.session\.idleMinutes has no effect/m);
  });

  test('lists the history, prints a version and the difference of two, and restores', async () => {
    const { out } = await run('history');
    assert.match(out, /^VERSION +SINCE +AUTHOR +PRESET +DIFFERENT +NOTE\n3 /);
    assert.match(out, /^2 .+operator +balanced +.+\(\+1\) +As agreed$/m);
    const limited = await json<{ versions: ListedPolicyVersion[]; nextCursor: string }>(
      'history',
      '--limit',
      '1',
    );
    assert.deepEqual([limited.versions.length, limited.nextCursor], [1, '3']);
    assert.match((await run('version', '2')).out, /^# note +As agreed$/m);
    assert.match((await run('diff', '2', '1')).out, /^~ session\.idleMinutes: 20 → 30$/m);
    assert.equal((await run('diff', '2', '2')).out, 'Nothing is different.\n');
    const restored = await run('restore', '2', '--note', 'It was better');
    assert.match(restored.out, /^Version 4 is in force/);
    assert.equal((await json<AdminPolicy>('show')).restoredFrom, 2);
  });

  test('says which version there is not, and what is no number of one', async () => {
    assert.match((await run('version', '99')).err, /The policy of the tenant default has no version 99/);
    assert.match((await run('restore', '99')).err, /has no version 99/);
    assert.equal((await run('version', 'last')).code, 2);
  });

  test('prints the presets, and one with its sources', async () => {
    assert.match((await run('presets')).out, /^pci-dss +PCI DSS 4\.0\.1 +yes +15 +12 +5 +2 +10 × 30 min$/m);
    const { out } = await run('presets', 'pci-dss');
    assert.match(out, /^# session\.idleMinutes: PCI DSS 4\.0\.1 8\.2\.8$/m);
    assert.match(out, /^ {2}idleMinutes: 15$/m);
    assert.match((await run('presets', 'lax')).err, /There is no preset lax/);
  });

  test('puts a user into groups, and says what holds for that user and why', async () => {
    const grouped = await argus(['users', 'groups', 'ada@example.org', 'abroad', ...where]);
    assert.match(grouped.out, /^groups +abroad$/m);
    const { out } = await run('effective', '--user', 'ada@example.org');
    assert.match(out, /^session\.idleMinutes +10 +the rule for group abroad$/m);
    assert.match(out, /^session\.absoluteHours +12 +the balanced preset$/m);
    await argus(['users', 'groups', 'ada@example.org', '--none', ...where]);
    const found = await json<EffectivePolicyAnswer>('effective', '--user', 'ada@example.org');
    const idle = found.values.find(({ path }) => path === 'session.idleMinutes');
    assert.deepEqual([idle?.value, idle?.setBy, found.subject.groups], [20, 'the policy of the tenant', []]);
    const unnamed = await argus(['users', 'groups', 'ada@example.org', ...where]);
    assert.equal(unnamed.code, 2);
  });

  test('looks at one tenant at a time', async () => {
    assert.match((await run('show', '--tenant', 'acme')).out, /^# version +1$/m);
    assert.match((await run('version', '2', '--tenant', 'acme')).err, /the tenant acme has no version 2/);
    assert.match((await run('show', '--tenant', 'nowhere')).err, /There is no tenant nowhere/);
    const beyond = '01990000-0000-7000-8000-00000000beef';
    assert.match((await run('effective', '--session', beyond)).err, /There is no session 01990000/);
  });
});

test('argus apply prints what becomes different of a declared policy', async () => {
  const policy = { session: { idleMinutes: 15 } };
  const file = write('declared.json', JSON.stringify({ tenants: [{ id: 'acme', policy }] }));
  const applied = await argus(['apply', file, ...where]);
  assert.deepEqual(applied.out.split('\n').slice(0, 2), [
    '~ change policy acme',
    '    ~ session.idleMinutes: 30 → 15',
  ]);
  assert.equal((await argus(['apply', file, ...where])).out, '= 2 unchanged\n');
});
