import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AdminService } from '@argus/contract';
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
  const file = join(folder, 'document.json');
  const { publicKey } = generateKeyPairSync('ed25519');
  const declared = { id: 'declared-api', publicKey: publicKey.export({ format: 'jwk' }) };
  writeFileSync(file, JSON.stringify({ tenants: [{ id: 'acme' }], services: [declared] }));
  server = await serve({ dataDir, args: ['--apply', file], env: { DATABASE_URL: databaseUrl } });
  stack.defer(() => server[Symbol.asyncDispose]());
  where = ['--data', dataDir];
});
after(() => stack.disposeAsync());

const run = (...args: string[]) => argus(['services', ...args, ...where]);
const json = <T>(...args: string[]) => argusJson<T>(['services', ...args, ...where]);

describe('argus services', () => {
  test('declares a service, with all permissions unless some are named', async () => {
    const { code, out } = await run('declare', 'notes-api', '--name', 'Notes');
    assert.equal(code, 0);
    assert.match(out, /^permissions +activity$/m);
    const narrowed = await json<AdminService>('declare', 'notes-api', '--permission', 'revocations');
    assert.deepEqual([narrowed.name, narrowed.permissions], ['Notes', ['revocations']]);
    const none = await json<AdminService>('declare', 'notes-api', '--permission', 'none');
    assert.deepEqual(none.permissions, []);
  });

  test('makes a key whose private half stays in a file that its owner alone reads', async () => {
    const out = join(folder, 'notes-api.jwk');
    const { keys } = await json<AdminService>('new-key', 'notes-api', '--out', out);
    assert.equal(keys.length, 1);
    assert.equal(statSync(out).mode & 0o777, 0o600);
    const key = createPrivateKey({ key: JSON.parse(readFileSync(out, 'utf8')), format: 'jwk' });
    assert.equal(key.asymmetricKeyType, 'ed25519');
    const again = await run('new-key', 'notes-api', '--out', out);
    assert.equal(again.code, 1);
    assert.match(again.err, /exists already/);
  });

  test('lets one key follow another: both hold until the old one is removed', async () => {
    const file = join(folder, 'next.pem');
    const { publicKey } = generateKeyPairSync('ed25519');
    writeFileSync(file, publicKey.export({ type: 'spki', format: 'pem' }));
    const { keys } = await json<AdminService>('add-key', 'notes-api', file);
    assert.equal(keys.length, 2);
    const [first] = keys;
    assert.equal((await run('remove-key', 'notes-api', first?.keyId ?? '')).code, 0);
    assert.equal((await json<AdminService>('show', 'notes-api')).keys.length, 1);
    assert.match((await run('remove-key', 'notes-api', first?.keyId ?? '')).err, /has no such key/);
  });

  test('refuses keys of other kinds, and keys that somebody has', async () => {
    const rsa = join(folder, 'rsa.pem');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    writeFileSync(rsa, publicKey.export({ type: 'spki', format: 'pem' }));
    assert.match((await run('add-key', 'notes-api', rsa)).err, /kind Ed25519/);
    assert.match((await run('add-key', 'declared-api', join(folder, 'next.pem'))).err, /registered already/);
    assert.match((await run('add-key', 'notes-api', join(folder, 'none'))).err, /cannot be read/);
    writeFileSync(rsa, 'no key');
    assert.match((await run('add-key', 'notes-api', rsa)).err, /holds no key/);
  });

  test('is asked with the key itself, and says whether both sides prove themselves', async () => {
    const out = join(folder, 'checked.jwk');
    await run('declare', 'checked-api');
    await run('new-key', 'checked-api', '--out', out);
    const discovery = await fetch(`${server.url}/.well-known/openid-configuration`);
    const { issuer } = (await discovery.json()) as { issuer: string };
    const checked = (...args: string[]) =>
      argus(['services', 'check', ...args, '--url', server.url, '--issuer', issuer]);
    assert.match((await checked(out)).out, /^Argus knows the key [\w-]{43}, and its answers are signed\.$/m);
    await run('declare', 'checked-api', '--permission', 'revocations');
    assert.match((await checked(out)).out, /may not look at sessions/);
    await run('remove', 'checked-api');
    const refused = await checked(out);
    assert.equal(refused.code, 1);
    assert.match(refused.err, /does not take this key/);
    const elsewhere = await argus(['services', 'check', out, '--url', 'http://127.0.0.1:9']);
    assert.match(elsewhere.err, /cannot be reached/);
    assert.match(
      (await argus(['services', 'check', join(folder, 'none'), '--url', server.url])).err,
      /no private key/,
    );
  });

  test('switches a service off and on', async () => {
    assert.match((await run('disable', 'notes-api')).out, /^status +disabled$/m);
    assert.match((await run('enable', 'notes-api')).out, /^status +active$/m);
  });

  test('lists services as a table, by tenant', async () => {
    const { out } = await run('list');
    assert.match(out, /^ID +NAME +STATUS +MAY +KEYS +CREATED\ndeclared-api/);
    assert.match(out, /^notes-api +Notes +active +- +1 +/m);
    assert.match((await run('list', '--tenant', 'acme')).out, /There are no services in the tenant acme/);
    assert.match(
      (await run('show', 'notes-api', '--tenant', 'acme')).err,
      /no service notes-api in the tenant acme/,
    );
    assert.match((await run('declare', 'notes-api', '--tenant', 'acme')).err, /belongs to another tenant/);
  });

  test('removes a service', async () => {
    assert.match((await run('remove', 'notes-api')).out, /Removed the service notes-api/);
    assert.equal((await run('show', 'notes-api')).code, 1);
  });
});
