import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '@argus/testing/random';
import { systemClock } from '../src/services/clock.ts';
import { codeIn, running } from './documented-code.ts';
import { fakeIssuer, listening } from './fake-issuer.ts';

test('the example of the README runs as it stands: it keeps notes of who is signed in', async () => {
  let jwks = () => ({ keys: [] as object[] });
  await using issuing = await listening((_request, response) => void response.end(JSON.stringify(jwks())));
  const url = `http://127.0.0.1:${issuing.port}`;
  const random = seededRandom('readme');
  // The example runs on the machine's own time, so its tokens must too.
  const issuer = await fakeIssuer({ url, clock: systemClock, random, algorithm: 'RS256' });
  jwks = issuer.jwks;
  const code = await codeIn('README.md');
  assert.ok(code.trimEnd().split('\n').length <= 22, 'the example stays near twenty lines');
  await using example = await running(code, { ARGUS_ISSUER: url });

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
