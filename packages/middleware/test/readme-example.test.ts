import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '@argus/testing/random';
import { systemClock } from '../src/services/clock.ts';
import { fakeIssuer, listening } from './fake-issuer.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

async function exampleCode(): Promise<string> {
  const readme = await readFile(`${folder}/README.md`, 'utf8');
  const [, code, ...more] = /```ts\n(.*?)```/s.exec(readme) ?? [];
  assert.ok(code !== undefined && more.length === 0, 'the README has a block of TypeScript');
  return code;
}

/** The block as it stands in a process of its own; only the line that tells the port is added. */
async function runExample(code: string, issuer: string) {
  const tellPort = 'server.on("listening", () => console.log(server.address().port));';
  const child = spawn(
    process.execPath,
    ['--input-type=module-typescript', '--eval', `${code}\n${tellPort}`],
    {
      cwd: folder,
      env: { ...process.env, ARGUS_ISSUER: issuer, PORT: '0' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const exited = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), exited]);
  return {
    port: Number(first[0]),
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await exited;
    },
  };
}

test('the example of the README runs as it stands: it keeps notes of who is signed in', async () => {
  let jwks = () => ({ keys: [] as object[] });
  await using issuing = await listening((_request, response) => void response.end(JSON.stringify(jwks())));
  const url = `http://127.0.0.1:${issuing.port}`;
  const random = seededRandom('readme');
  // The example runs on the machine's own time, so its tokens must too.
  const issuer = await fakeIssuer({ url, clock: systemClock, random, algorithm: 'RS256' });
  jwks = issuer.jwks;
  const code = await exampleCode();
  assert.ok(code.trimEnd().split('\n').length <= 22, 'the example stays near twenty lines');
  await using example = await runExample(code, url);

  const notes = `http://127.0.0.1:${example.port}/api/notes`;
  const as = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  const put = (token: string) => fetch(notes, { method: 'PUT', body: '["milk"]', headers: as(token) });
  const token = await issuer.token();
  const staleSeconds = issuer.claims().iat - 3_600;
  const stale = await issuer.token({ auth_time: staleSeconds, sct: staleSeconds * 1000 });

  assert.equal((await fetch(notes)).status, 401);
  assert.equal((await put(stale)).status, 401);
  assert.equal((await put(token)).status, 204);
  const answer = await fetch(notes, { headers: as(stale) });
  assert.deepEqual(await answer.json(), ['milk']);
});
