import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterContract, keepsTheNonce, type Run } from './adapter-contract.ts';
import type { ContractApp } from './contract-routes.ts';
import { type Listening, listening } from './fake-issuer.ts';
import { builtApp, next } from './next-build.ts';

// The real Next.js: the app of `next-app` as `next build` makes it, answered by Next.js's own server.
adapterContract('Next.js', serve, { hidesRepeatedLines: true, prefix: '/site', more: ofProxies });

function ofProxies(run: Run): void {
  keepsTheNonce(run, '/proxied/stream');

  test('an answer of the inner proxy function is sent, also one that cannot be changed', async () => {
    const { ask, bound, proof, clock, seen } = run();
    const path = '/proxied/elsewhere';
    const first = await ask(path, await proof(await bound(), path));
    clock.advance(120_000);
    const claims = { nonce: first.headers['dpop-nonce'] };
    const reply = await ask(path, await proof(await bound(), path, claims));
    assert.deepEqual([reply.status, reply.headers.location], [307, 'https://elsewhere.example/']);
    assert.equal(typeof reply.headers['dpop-nonce'], 'string');
    assert.equal(seen.handlers, 0);
  });
}

async function serve(app: ContractApp): Promise<Listening> {
  const { folder, [Symbol.asyncDispose]: remove } = await builtApp(new URL('next-app/', import.meta.url));
  Object.assign(globalThis, { argusContract: app });
  const server = next({ dev: false, dir: folder });
  await server.prepare();
  const http = await listening(server.getRequestHandler());
  return {
    port: http.port,
    [Symbol.asyncDispose]: async () => {
      await http[Symbol.asyncDispose]();
      await server.close();
      await remove();
    },
  };
}
