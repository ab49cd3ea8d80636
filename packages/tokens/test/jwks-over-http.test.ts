import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { fakeClock } from '@argus/testing/clock';
import { createJwksSource, keyIdOf, verifyAccessToken } from '../src/index.ts';
import { expectAccess, issued, now, ringOf } from './fixtures.ts';

const ring = await ringOf('RS256');

async function withIssuer(answer: RequestListener, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    // The cast: a TCP server's address is never a pipe's name.
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const sourceAt = (url: string, timeoutMs = 5000) =>
  createJwksSource({ url, fetch, clock: fakeClock(now), timeoutMs });

test('a verifier that knows only the JWKS address accepts a token after one fetch', async () => {
  const token = await issued(ring);
  await withIssuer(
    (_request, response) => response.end(JSON.stringify(ring.jwks(now))),
    async (url) => {
      const source = sourceAt(url);
      assert.deepEqual(verifyAccessToken(source, token, expectAccess), {
        ok: false,
        rejection: 'unknown-key',
      });
      await source.load(keyIdOf(token) ?? '');
      assert.equal(verifyAccessToken(source, token, expectAccess).ok, true);
    },
  );
});

test('a redirect is not followed, not even to a good set', async () => {
  const answer: RequestListener = (request, response) => {
    if (request.url === '/moved') response.end(JSON.stringify(ring.jwks(now)));
    else response.writeHead(302, { location: '/moved' }).end();
  };
  await withIssuer(answer, async (url) => {
    const source = sourceAt(url);
    await source.refresh();
    assert.deepEqual([source.state().keys, source.state().failure], [0, 'unreachable']);
  });
});

test('an issuer that never finishes its answer is given up on', async () => {
  const answer: RequestListener = (_request, response) => {
    response.write('{"keys":[');
  };
  await withIssuer(answer, async (url) => {
    const source = sourceAt(url, 50);
    await source.refresh();
    assert.equal(source.state().failure, 'unreachable');
  });
});
