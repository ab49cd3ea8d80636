import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { adapterContract, keepsTheNonce, type Run } from './adapter-contract.ts';
import type { ContractApp } from './contract-routes.ts';
import { type Listening, listening } from './fake-issuer.ts';

interface NextServer {
  prepare(): Promise<void>;
  getRequestHandler(): RequestListener;
  close(): Promise<void>;
}

const require = createRequire(import.meta.url);
// Not by import: the types of `next` redeclare `process.env` for the whole repository.
const next: (options: { dev: boolean; dir: string }) => NextServer = require('next');

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
  // Copied, because building writes files beside the sources; a folder for each run, in the reach of node_modules.
  const dir = fileURLToPath(new URL(`.next/${process.pid}`, import.meta.url));
  await cp(new URL('next-app', import.meta.url), dir, { recursive: true });
  process.env.NEXT_TELEMETRY_DISABLED = '1';
  await promisify(execFile)(process.execPath, [require.resolve('next/dist/bin/next'), 'build', dir]);
  Object.assign(globalThis, { argusContract: app });
  const server = next({ dev: false, dir });
  await server.prepare();
  const http = await listening(server.getRequestHandler());
  return {
    port: http.port,
    [Symbol.asyncDispose]: async () => {
      await http[Symbol.asyncDispose]();
      await server.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
