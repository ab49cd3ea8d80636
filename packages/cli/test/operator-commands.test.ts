import assert from 'node:assert/strict';
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type AdminSession,
  type AdminUser,
  type AuditEventAnswer,
  personExportSchema,
} from '@argus/contract';
import { testDatabase } from '@argus/testing/database';
import { userAgent } from '@argus/testing/user-agent';
import { argus, argusJson } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

const password = 'correct horse battery staple';
const declared = {
  tenants: [{ id: 'acme' }],
  users: [
    { email: 'ada@example.org', name: 'Ada\u001b]0;owned\u0007', password, roles: ['admin'] },
    { email: 'eve@example.org', password },
    { tenant: 'acme', email: 'bob@example.org', password },
  ],
};

describe('the commands of an operator', () => {
  const stack = new AsyncDisposableStack();
  let server: Serving;
  let where: string[];

  before(async () => {
    const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
    const database = stack.use(await testDatabase());
    const file = join(folder.path, 'declared.json');
    writeFileSync(file, JSON.stringify(declared));
    const dataDir = join(folder.path, 'data');
    server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: database.url } });
    stack.defer(() => server[Symbol.asyncDispose]());
    where = ['--data', dataDir];
  });
  after(() => stack.disposeAsync());

  const run = (...args: string[]) => argus([...args, ...where]);
  const json = <T>(...args: string[]) => argusJson<T>([...args, ...where]);
  const signIn = async (email: string) => {
    const browser = userAgent(server, { origin: server.url.replace('127.0.0.1', 'localhost') });
    const { status, body } = await browser.call('signIn', { body: { identifier: email, password } });
    assert.equal(status, 200);
    return { browser, id: String(body.session.id) };
  };
  const userOf = (email: string) =>
    json<{ user: AdminUser; sessions: AdminSession[] }>('users', 'show', email);

  test('users are listed as an aligned table', async () => {
    const { out, code } = await run('users', 'list');
    assert.equal(code, 0);
    const [heading = '', ...rows] = out.trimEnd().split('\n');
    const column = heading.indexOf('STATUS');
    assert.deepEqual(
      rows.map((row) => row.slice(column, column + 6)),
      ['active', 'active'],
    );
  });

  test('a name that would drive the terminal is shown as text', async () => {
    for (const args of [
      ['users', 'list'],
      ['users', 'list', '--json'],
      ['users', 'show', 'ada@example.org'],
    ]) {
      const { out } = await run(...args);
      assert.match(out, /owned/);
      assert.doesNotMatch(out, /[^\P{Cc}\n]/u);
    }
  });

  test('users of one tenant are not seen from another', async () => {
    const { users } = await json<{ users: AdminUser[] }>('users', 'list', '--tenant', 'acme');
    assert.deepEqual(
      users.map(({ email }) => email),
      ['bob@example.org'],
    );
    const asked = await run('users', 'show', 'ada@example.org', '--tenant', 'acme');
    assert.equal(asked.code, 1);
    assert.equal(asked.err, 'argus: There is no user ada@example.org in the tenant acme.\n');
  });

  test('what is kept of a user is written to a new file that only its owner reads', async () => {
    const file = join(where[1] ?? '', 'ada.json');
    const { bytes } = await json<{ bytes: number }>('users', 'export', 'ada@example.org', '--to', file);
    const text = readFileSync(file, 'utf8');
    assert.equal(Buffer.byteLength(text), bytes);
    assert.equal(personExportSchema.parse(JSON.parse(text)).profile.email, 'ada@example.org');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const again = await run('users', 'export', 'eve@example.org', '--to', file);
    assert.deepEqual([again.code, again.err], [1, `argus: There is a file ${file} already.\n`]);
    assert.equal(readFileSync(file, 'utf8'), text);
  });

  test('an invitation gives a link that its server knows', async () => {
    const invited = await json<{ user: AdminUser; link: string }>(
      'users',
      'invite',
      'new@example.org',
      '--name',
      'New',
      '--role',
      'editor',
      '--role',
      'auditor',
    );
    assert.deepEqual([invited.user.name, invited.user.roles], ['New', ['editor', 'auditor']]);
    const link = new URL(invited.link);
    assert.equal((await fetch(new URL(`${link.pathname}${link.search}`, server.url))).status, 200);
  });

  test('an address that is taken cannot be invited again', async () => {
    const again = await run('users', 'invite', 'ada@example.org');
    assert.equal(again.code, 1);
    assert.match(again.err, /There is a user ada@example\.org already/);
  });

  test('nobody is invited into a tenant that does not exist', async () => {
    const { code, err } = await run('users', 'invite', 'x@example.org', '--tenant', 'nowhere');
    assert.equal(code, 1);
    assert.match(err, /There is no tenant nowhere/);
  });

  test('roles are set exactly', async () => {
    await run('users', 'roles', 'eve@example.org', 'one', 'two');
    await run('users', 'roles', 'eve@example.org', 'three');
    assert.deepEqual((await userOf('eve@example.org')).user.roles, ['three']);
  });

  test('all roles are taken away only when that is said', async () => {
    assert.equal((await run('users', 'roles', 'eve@example.org')).code, 2);
    assert.deepEqual((await json<AdminUser>('users', 'roles', 'eve@example.org', '--none')).roles, []);
  });

  test('disabling a user ends the sessions, enabling lets the user in again', async () => {
    const { browser } = await signIn('eve@example.org');
    assert.equal((await json<AdminUser>('users', 'disable', 'eve@example.org')).liveSessions, 0);
    assert.equal((await browser.call('refreshSession')).status, 401);
    await run('users', 'enable', 'eve@example.org');
    await signIn('eve@example.org');
  });

  test('a session that is ended by its id is over, and is listed as past', async () => {
    const { id, browser } = await signIn('ada@example.org');
    assert.equal((await run('sessions', 'end', id)).code, 0);
    assert.equal((await browser.call('refreshSession')).status, 401);
    const past = await json<{ sessions: AdminSession[] }>('sessions', 'list', '--state', 'ended');
    assert.equal(past.sessions.find((each) => each.id === id)?.endReason, 'ended-by-administrator');
  });

  test('a session cannot be ended from another tenant', async () => {
    const { id, browser } = await signIn('ada@example.org');
    assert.equal((await run('sessions', 'end', id, '--tenant', 'acme')).code, 1);
    assert.equal((await browser.call('refreshSession')).status, 200);
  });

  test('the sessions of one user are listed and ended, those of others stay', async () => {
    const ada = [await signIn('ada@example.org'), await signIn('ada@example.org')];
    const eve = await signIn('eve@example.org');
    const listed = await json<{ sessions: AdminSession[] }>('sessions', 'list', '--user', 'ada@example.org');
    for (const { id } of ada) assert.ok(listed.sessions.some((each) => each.id === id));
    assert.ok(listed.sessions.every(({ email }) => email === 'ada@example.org'));
    const { ended } = await json<{ ended: string[] }>('sessions', 'end', '--user', 'ada@example.org');
    assert.deepEqual(new Set(ended), new Set(listed.sessions.map(({ id }) => id)));
    assert.equal((await eve.browser.call('refreshSession')).status, 200);
  });

  test('exactly one way to name what shall end is accepted', async () => {
    assert.equal((await run('sessions', 'end')).code, 2);
    assert.equal((await run('sessions', 'end', 'x', '--user', 'ada@example.org')).code, 2);
  });

  test('audit events are narrowed by user and type, and follow pages', async () => {
    const asked = ['audit', 'list', '--type', 'sign-in.succeeded'];
    const { user } = await userOf('ada@example.org');
    const mine = await json<{ events: AuditEventAnswer[] }>(...asked, '--user', 'ada@example.org');
    assert.ok(mine.events.length > 0);
    assert.ok(mine.events.every(({ userId, type }) => userId === user.id && type === 'sign-in.succeeded'));
    assert.deepEqual((await json<{ events: unknown[] }>(...asked, '--tenant', 'acme')).events, []);
  });

  test('a cut list says that it goes on, a whole one does not', async () => {
    assert.match((await run('audit', 'list', '--limit', '2')).err, /more than these 2/);
    const whole = await run('audit', 'list', '--all');
    assert.equal(whole.err, '');
    assert.ok(whole.out.split('\n').length > 4);
  });

  test('keys that are rotated are published at once', async () => {
    const { keys } = await json<{ keys: { kid: string; use: string }[] }>('keys', 'rotate');
    const jwks = await (await fetch(new URL('/.well-known/jwks.json', server.url))).json();
    const published = new Set(jwks.keys.map(({ kid }: { kid: string }) => kid));
    const access = keys.filter(({ use }) => use === 'access').map(({ kid }) => kid);
    assert.equal(access.length, 8, 'an old and a new key of each algorithm');
    assert.deepEqual(published, new Set(access));
  });

  test('an emergency is nothing to do by a slip of the hand', async () => {
    const { keys: before } = await json<{ keys: { kid: string }[] }>('keys', 'list');
    const { code, out, err } = await run('keys', 'rotate', '--emergency');
    assert.deepEqual([code, out], [2, '']);
    assert.match(err, /Add --yes .*\n.*Everybody must sign in again/);
    assert.deepEqual((await json<{ keys: { kid: string }[] }>('keys', 'list')).keys, before);
  });

  test('another operator key is refused with the reason', async () => {
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, 'operator.key'), 'A'.repeat(43));
    chmodSync(join(folder.path, 'operator.key'), 0o600);
    const { code, err } = await argus(['users', 'list', '--data', folder.path, '--url', server.url]);
    assert.equal(code, 1);
    assert.match(err, /does not accept this operator key/);
  });

  test('the operator key is never sent in clear to another machine', async () => {
    const { code, err } = await run('users', 'list', '--url', 'http://login.example');
    assert.equal(code, 2);
    assert.match(err, /--url must use https/);
  });

  test('what is called wrongly ends with 2 and a hint', async () => {
    for (const args of [
      ['users', 'lst'],
      ['users', 'list', '--limit', '0'],
      ['audit', 'list', '--type', 'x'],
      ['nope'],
    ]) {
      const { code, err } = await run(...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(err, /error: /);
    }
  });

  test('an emergency replaces every key and signs everybody out', async () => {
    const { browser } = await signIn('eve@example.org');
    const { keys: before } = await json<{ keys: { kid: string }[] }>('keys', 'list');
    const { keys } = await json<{ keys: { kid: string }[] }>('keys', 'rotate', '--emergency', '--yes');
    assert.equal(keys.length, 6);
    assert.ok(!keys.some(({ kid }) => before.some((old) => old.kid === kid)));
    assert.equal((await browser.call('getSession')).status, 401);
    assert.equal((await signIn('eve@example.org')).browser.cookies.size > 0, true);
  });
});

describe('without a server', () => {
  test('a command says that none runs and how to go on', async () => {
    using folder = temporaryFolder();
    const { code, out, err } = await argus(['users', 'list', '--data', folder.path]);
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /Argus is not running on .*\n {2}Start it with `argus serve`/);
  });

  test('an address where nobody listens is named', async () => {
    using folder = temporaryFolder();
    const file = { url: 'http://127.0.0.1:9', pid: process.pid };
    writeFileSync(join(folder.path, 'server.json'), JSON.stringify(file));
    writeFileSync(join(folder.path, 'operator.key'), 'A'.repeat(43));
    const { code, err } = await argus(['users', 'list', '--data', folder.path]);
    assert.deepEqual(
      [code, err],
      [1, 'argus: Argus does not answer at http://127.0.0.1:9: nothing listens there.\n'],
    );
  });

  test('a server.json that makes no sense is not believed', async () => {
    using folder = temporaryFolder();
    for (const text of ['', '{', '[]', '{"url":"x","pid":1}', '{"url":"http://127.0.0.1:9","pid":-1}']) {
      writeFileSync(join(folder.path, 'server.json'), text);
      const { code, err } = await argus(['users', 'list', '--data', folder.path]);
      assert.equal(code, 1);
      assert.match(err, /^argus: Argus is not running on /);
    }
  });
});
