import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { argus, lives, type Serving, serve, temporaryFolder } from './processes.ts';

const linkIn = (text: string) => /Open this link to create the first administrator: (\S+)/.exec(text)?.[1];

/** The path of the link under the address where the server really listens. */
function linkAt(server: Serving): URL {
  const link = new URL(linkIn(server.welcome) ?? '');
  return new URL(`${link.pathname}${link.search}`, server.url);
}

async function publicKeys({ url }: Serving): Promise<unknown> {
  return (await fetch(new URL('/.well-known/jwks.json', url))).json();
}

function postmasterOf(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[0]);
}

// One data directory lives through all of this, in this order, as an installation does.
describe('a server with the embedded database', () => {
  const folder = temporaryFolder();
  const dataDir = join(folder.path, 'data');
  let server: Serving;
  let firstLink: string | undefined;
  let firstKeys: unknown;

  before(async () => {
    server = await serve({ dataDir });
    firstLink = linkIn(server.welcome);
    firstKeys = await publicKeys(server);
  });
  after(async () => {
    await server?.[Symbol.asyncDispose]();
    folder[Symbol.dispose]();
  });

  test('prints a one-time link on its first start, and the link opens a form', async () => {
    const page = await fetch(linkAt(server));
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<form/);
  });

  test('says on its first start what it made', () => assert.match(server.welcome, /^First start: /m));

  test('closes every file that it makes to others', async () => {
    const entries = await readdir(dataDir, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
    for (const name of ['master.key', 'operator.key', 'server.json']) assert.ok(files.includes(name), name);
    const modes = await Promise.all(
      files.map(async (name) => [name, (await stat(join(dataDir, name))).mode & 0o777]),
    );
    assert.deepEqual(
      modes.filter(([, mode]) => mode !== 0o600),
      [],
    );
    assert.equal((await stat(dataDir)).mode & 0o007, 0);
  });

  test('keeps a second server off its data directory and goes on', async () => {
    const second = await argus(['serve', '--port', '0', '--data', dataDir]);
    assert.equal(second.code, 1);
    assert.match(
      second.err,
      new RegExp(`^argus: The data directory .* is in use by process ${server.pid}\\..*\n$`),
    );
    assert.equal((await fetch(new URL('/health/ready', server.url))).status, 200);
    assert.equal((await argus(['users', 'list', '--data', dataDir])).code, 0);
  });

  test('is reported as gone after kill -9', async () => {
    server.child.kill('SIGKILL');
    await server.ended;
    const asked = await argus(['users', 'list', '--data', dataDir]);
    assert.equal(asked.code, 1);
    assert.match(asked.err, new RegExp(`process ${server.pid}, which wrote .*server\\.json, is gone`));
  });

  test('starts again after kill -9 with the same keys and the same link', async () => {
    server = await serve({ dataDir });
    assert.deepEqual(await publicKeys(server), firstKeys);
    assert.equal(linkAt(server).search, new URL(firstLink ?? '').search);
    assert.match(server.welcome, /^Reusing the secrets in /m);
  });

  test('stops on SIGTERM together with its database and leaves no address behind', async () => {
    const postmaster = postmasterOf(dataDir);
    assert.ok(lives(postmaster));
    server.child.kill('SIGTERM');
    assert.equal((await server.ended).code, 0);
    assert.ok(!lives(postmaster));
    assert.ok(!(await readdir(dataDir)).includes('server.json'));
    const asked = await argus(['users', 'list', '--data', dataDir]);
    assert.match(asked.err, /^argus: Argus is not running on .* \(there is no server\.json\)\.$/m);
  });
});
