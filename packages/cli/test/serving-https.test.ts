import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSigned } from '@argus/testing/certificate';
import { testDatabase } from '@argus/testing/database';
import { Failure } from '../src/failure.ts';
import { readSettings, type ServeFlags } from '../src/serve/settings.ts';
import { writeServerFile } from '../src/server-file.ts';
import { argus } from './commands.ts';
import { type Serving, serve, temporaryFolder } from './processes.ts';

async function refusalOf(env: Record<string, string>, flags: ServeFlags): Promise<Failure> {
  const failure = await readSettings({ env }, flags).catch((error: unknown) => error);
  assert.ok(failure instanceof Failure);
  return failure;
}

describe('a server with a certificate', () => {
  const stack = new AsyncDisposableStack();
  const folder = stack.adopt(temporaryFolder(), (each) => each[Symbol.dispose]());
  const { cert, key } = selfSigned('login.example');
  const files = { tlsCert: join(folder.path, 'cert'), tlsKey: join(folder.path, 'key') };
  let server: Serving;

  before(async () => {
    writeFileSync(files.tlsCert, cert);
    writeFileSync(files.tlsKey, key, { mode: 0o600 });
    const database = stack.use(await testDatabase());
    server = await serve({
      dataDir: join(folder.path, 'data'),
      args: ['--tls-cert', files.tlsCert, '--tls-key', files.tlsKey, '--workers', '2'],
      env: { DATABASE_URL: database.url },
    });
    stack.defer(() => server[Symbol.asyncDispose]());
  });
  after(() => stack.disposeAsync());

  test('answers over https and tells browsers to stay there', async () => {
    const options = { ca: cert, checkServerIdentity: () => undefined, agent: false as const };
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      get(new URL('/health/live', server.url), options, (response) => {
        response.resume();
        resolve(response.headers);
      }).once('error', reject);
    });
    assert.match(String(headers['strict-transport-security']), /^max-age=\d{8}/);
  });

  test('is reached by commands, whatever names the certificate bears', async () => {
    const { code, err } = await argus(['users', 'list', '--data', server.dataDir]);
    assert.equal(code, 0, err);
  });

  test('that shows another certificate than the data directory names gets no operator key', async () => {
    using other = temporaryFolder();
    writeFileSync(join(other.path, 'operator.key'), 'A'.repeat(43));
    const impostor = { url: server.url, pid: process.pid, certificate: selfSigned('login.example').cert };
    await writeServerFile(other.path, impostor);
    const { code, err } = await argus(['users', 'list', '--data', other.path]);
    assert.equal(code, 1);
    assert.match(err, /does not answer at https:.*(signature|self-signed|certificate)/i);
  });

  test('whose key belongs to another certificate does not start', async () => {
    const wrong = join(folder.path, 'wrong');
    writeFileSync(wrong, selfSigned('login.example').key);
    const { lines } = await refusalOf({}, { ...files, tlsKey: wrong });
    assert.match(lines[0] ?? '', /^- --tls-cert and --tls-key do not make a usable pair/);
  });

  test('does not name an http address as its issuer', async () => {
    const { lines } = await refusalOf({ ARGUS_ISSUER: 'http://localhost:8100' }, files);
    assert.deepEqual(lines, ['- ARGUS_ISSUER must use https when Argus serves https']);
  });
});
