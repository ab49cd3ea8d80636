import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adapterContract, keepsTheNonce, type Run } from './adapter-contract.ts';
import { nextListening } from './next-build.ts';

// The real Next.js: the app of `next-app` as `next build` makes it, answered by Next.js's own server.
adapterContract(
  'Next.js',
  (app) => nextListening(new URL('next-app/', import.meta.url), { argusContract: app }),
  { hidesRepeatedLines: true, prefix: '/site', more: ofProxies },
);

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
