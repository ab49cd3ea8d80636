import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, test } from 'node:test';
import { testDatabase } from '@argus/testing/database';
import { bin, lives, serve, spawnArgus, temporaryFolder } from './processes.ts';

/** A Node on this machine that is too old for Argus and new enough to tell (18 to 24.6). */
function olderNode(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const nodes = [...new Set([...folders, '/usr/bin', '/usr/local/bin'])].map((folder) =>
    join(folder, 'node'),
  );
  return nodes.find((node) => {
    const found = /^v(\d+)\.(\d+)/.exec(spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout ?? '');
    const [major, minor] = [Number(found?.[1] ?? 0), Number(found?.[2] ?? 0)];
    return (major >= 18 && major < 24) || (major === 24 && minor < 7);
  });
}

const node = olderNode();
const skip = node === undefined && 'no Node from 18 to 24.6 is on this machine';

describe('argus under an older Node', () => {
  test('goes on under the pinned one, with the same arguments and exit code', { skip }, async () => {
    const version = await spawnArgus(['--version'], { node }).ended;
    assert.deepEqual([version.code, version.err], [0, '']);
    assert.match(version.out, /^\d+\.\d+\.\d+\n$/);
    assert.equal((await spawnArgus(['users', 'list', '--limit', '0'], { node }).ended).code, 2);
  });

  test('passes a stop signal on and waits for the end of the server', { skip }, async () => {
    await using database = await testDatabase();
    using folder = temporaryFolder();
    const dataDir = join(folder.path, 'data');
    await using server = await serve({ dataDir, node, env: { DATABASE_URL: database.url } });
    assert.notEqual(server.pid, server.child.pid);
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).code, 0);
    assert.ok(!lives(server.pid));
  });

  test('without the pinned one says what is needed', { skip }, async () => {
    using folder = temporaryFolder();
    const alone = join(folder.path, 'argus.mjs');
    cpSync(bin, alone);
    const { code, err } = await spawnArgus(['serve'], { node, bin: alone }).ended;
    assert.equal(code, 1);
    assert.match(
      err,
      /^argus: this is Node [\d.]+, and Argus needs 24\.7 or newer\.\nInstall a newer Node, or run `npm ci`/,
    );
  });

  test('never runs a Node from the working directory', { skip }, async () => {
    using folder = temporaryFolder();
    const alone = join(folder.path, 'argus.mjs');
    using elsewhere = temporaryFolder();
    cpSync(bin, alone);
    mkdirSync(join(elsewhere.path, 'node_modules/.bin'), { recursive: true });
    symlinkSync(process.execPath, join(elsewhere.path, 'node_modules/.bin/node'));
    const { code } = await spawnArgus(['--version'], { node, bin: alone, cwd: elsewhere.path }).ended;
    assert.equal(code, 1);
  });
});
