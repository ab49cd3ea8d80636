import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { seededRandom } from '@argus/testing/random';
import { systemClock } from '../src/services/clock.ts';
import { blocksIn, running } from './documented-code.ts';
import { type FakeIssuer, fakeIssuer, type Listening, listening } from './fake-issuer.ts';

/** What a block leaves to its framework or runtime: who listens. The rest runs as it stands. */
const bridge = (handler: string) =>
  `const { serve } = await import('@hono/node-server');
const server = serve({ fetch: ${handler}, port: Number(process.env.PORT) });`;
const listens: Record<string, string> = {
  Fastify: 'const { server } = app;',
  'Next.js': bridge('(request) => (request.method === "GET" ? GET : DELETE)(request)'),
  'Any fetch handler': bridge('handler'),
};

describe('the page about frameworks', () => {
  let issuer: FakeIssuer;
  let issuing: Listening;
  before(async () => {
    let jwks = () => ({ keys: [] as object[] });
    issuing = await listening((_request, response) => void response.end(JSON.stringify(jwks())));
    const url = `http://127.0.0.1:${issuing.port}`;
    // The examples run on the machine's own time, so their tokens must too.
    issuer = await fakeIssuer({ url, clock: systemClock, random: seededRandom('frameworks') });
    jwks = issuer.jwks;
  });
  after(() => issuing[Symbol.asyncDispose]());

  for (const framework of ['node:http', 'Express', 'Fastify', 'Hono', 'Next.js', 'Any fetch handler']) {
    test(`its block for ${framework} runs as it stands`, async () => {
      const code = (await blocksIn('../../docs/integration-frameworks.md')).get(framework) ?? '';
      assert.ok(code.trimEnd().split('\n').length <= 10, 'about five lines beside what is imported');
      await using api = await running(`${code}\n${listens[framework] ?? ''}`, { ARGUS_ISSUER: issuer.url });
      const me = `http://127.0.0.1:${api.port}/api/me`;
      const send = (method: string, token: string) =>
        fetch(me, { method, headers: { authorization: `Bearer ${token}` } });
      const { sub, iat } = issuer.claims();
      const stale = await issuer.token({ auth_time: iat - 3_600, sct: (iat - 3_600) * 1000 });

      assert.equal((await fetch(me)).status, 401);
      assert.equal(await (await send('GET', stale)).text(), sub);
      assert.equal((await send('DELETE', stale)).status, 401);
      assert.equal((await send('DELETE', await issuer.token())).status, 204);
    });
  }
});
