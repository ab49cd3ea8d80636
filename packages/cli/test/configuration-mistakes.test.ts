import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { testDatabase } from '@argus/testing/database';
import { readSettings } from '../src/serve/settings.ts';
import { argus } from './commands.ts';
import { type Serving, serve, spawnArgus, temporaryFolder } from './processes.ts';

describe('a wrong configuration', () => {
  test('is told with every mistake at once, ends with 2 and starts nothing', async () => {
    using folder = temporaryFolder();
    const bad = join(folder.path, 'bad.yaml');
    writeFileSync(bad, 'gadgets: []\n');
    const dataDir = join(folder.path, 'data');
    const { code, out, err } = await spawnArgus(
      [
        'serve',
        '--port',
        '99999',
        '--data',
        dataDir,
        '--workers',
        '0',
        '--apply',
        bad,
        '--tls-key',
        'absent.pem',
      ],
      { env: { ARGUS_ISSUER: 'login.example', DATABASE_URL: 'mysql://x', ARGUS_LOG_LEVEL: 'loud' } },
    ).ended;
    assert.deepEqual([code, out], [2, '']);
    const [summary, ...mistakes] = err.trimEnd().split('\n');
    assert.equal(summary, 'argus: 7 mistakes in the configuration; nothing was started.');
    const expected = [
      '--port',
      '--tls-key',
      'ARGUS_ISSUER',
      'DATABASE_URL',
      'ARGUS_LOG_LEVEL',
      '--workers',
      'bad.yaml:1:1',
    ];
    assert.equal(mistakes.length, expected.length);
    for (const name of expected)
      assert.ok(
        mistakes.some((line) => line.includes(name)),
        name,
      );
    assert.match((await argus(['users', 'list', '--data', dataDir])).err, /is not running/);
  });

  test('never repeats the password of the database', async () => {
    const { code, err } = await spawnArgus(['serve', '--port', '0'], {
      env: { DATABASE_URL: 'postgres://argus:topsecret@127.0.0.1:9/argus' },
    }).ended;
    assert.equal(code, 1);
    assert.match(err, /^argus: The database 127\.0\.0\.1:9\/argus of DATABASE_URL cannot be used: .*\n$/);
    assert.doesNotMatch(err, /topsecret/);
  });

  test('clients register themselves only where that was opened, and vouchers are named with their keys', async () => {
    const issuers = 'https://a.example=https://a.example/jwks?a=b, https://b.example=http://localhost:9/jwks';
    const settings = async (env: Record<string, string>) => (await readSettings({ env }, {})).config;
    assert.equal((await settings({})).registration, 'off');
    const open = { ARGUS_CLIENT_REGISTRATION: 'open', ARGUS_SOFTWARE_STATEMENT_ISSUERS: issuers };
    const { registration, statementIssuers } = await settings(open);
    assert.equal(registration, 'open');
    assert.deepEqual(statementIssuers, [
      { issuer: 'https://a.example', jwksUri: 'https://a.example/jwks?a=b' },
      { issuer: 'https://b.example', jwksUri: 'http://localhost:9/jwks' },
    ]);
    for (const wrong of [
      { ARGUS_CLIENT_REGISTRATION: 'on' },
      { ARGUS_SOFTWARE_STATEMENT_ISSUERS: issuers },
      { ...open, ARGUS_SOFTWARE_STATEMENT_ISSUERS: 'https://a.example' },
      { ...open, ARGUS_SOFTWARE_STATEMENT_ISSUERS: '=https://a.example/jwks' },
      { ...open, ARGUS_SOFTWARE_STATEMENT_ISSUERS: 'https://a.example=http://a.example/jwks' },
    ])
      await assert.rejects(settings(wrong), /1 mistake in the configuration/, JSON.stringify(wrong));
  });

  test('a flag wins over its variable', async () => {
    const env = { ARGUS_PORT: '1', ARGUS_DATA: 'theirs' };
    const { config } = await readSettings({ env }, { port: '8123', data: 'mine' });
    assert.deepEqual([config.port, config.dataDir.endsWith('mine')], [8123, true]);
  });

  test('a variable that is empty counts as absent', async () => {
    const { config } = await readSettings({ env: { ARGUS_PORT: '', ARGUS_ISSUER: '' } }, {});
    assert.equal(config.issuer, 'http://localhost:8100');
  });

  test('any free port becomes a part of the issuer', async () => {
    const { config } = await readSettings({ env: {} }, { port: '0' });
    assert.ok(config.port > 0);
    assert.equal(config.issuer, `http://localhost:${config.port}`);
  });
});

describe('a start that cannot succeed', () => {
  const stack = new AsyncDisposableStack();
  const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
  const dataDir = join(folder.path, 'data');
  let env: Record<string, string>;
  let first: Serving;

  before(async () => {
    env = { DATABASE_URL: stack.use(await testDatabase()).url, ARGUS_MASTER_KEY: 'A'.repeat(43) };
    first = await serve({ dataDir, env });
    stack.defer(() => first[Symbol.asyncDispose]());
  });
  after(() => stack.disposeAsync());

  const start = (args: readonly string[], more: Record<string, string> = {}) =>
    spawnArgus(['serve', ...args], { env: { ...env, ...more } }).ended;

  test('because the port is taken is told in one line', async () => {
    const { port } = new URL(first.url);
    const other = join(folder.path, 'port');
    const { code, err } = await start(['--port', port, '--data', other, '--workers', '2']);
    assert.equal(code, 1);
    assert.equal(
      err,
      `argus: Port ${port} on 127.0.0.1 is in use by another program. Stop that, or choose another with --port.\n`,
    );
  });

  test('because another server answers for the data directory is told in one line', async () => {
    const { code, err } = await start(['--port', '0', '--data', dataDir]);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`^argus: The data directory .* is in use by process ${first.pid}\\..*\n$`));
  });

  test('because the data directory is a file is told in one line', async () => {
    const file = join(folder.path, 'file');
    writeFileSync(file, '');
    const { code, err } = await start(['--port', '0', '--data', file]);
    assert.equal(code, 1);
    assert.match(err, /^argus: The data directory .*file cannot be used: .*\n$/);
  });

  test('because the database was sealed with another master key is told in one line', async () => {
    const other = join(folder.path, 'key');
    const { code, err } = await start(['--port', '0', '--data', other], {
      ARGUS_MASTER_KEY: `${'B'.repeat(42)}A`,
    });
    assert.equal(code, 1);
    assert.match(err, /^argus: The signing keys in the database were sealed with another master key.*\n$/);
  });

  test('leaves the server that runs as it was', async () => {
    assert.equal((await fetch(new URL('/health/ready', first.url))).status, 200);
    assert.equal((await argus(['users', 'list', '--data', dataDir])).code, 0);
  });
});
